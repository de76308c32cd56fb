import { afterAll, describe, expect, it } from "vitest";
import { decodeText } from "../../src/cli/input/read-file.ts";
import { command, createWorkspace, toUtf16 } from "./command-line.ts";

const workspace = createWorkspace();
afterAll(workspace.remove);

const TEXT = "Résidence Beauséjour\n";
const bytes = (text: string) => new TextEncoder().encode(text);
const windows = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe("text is decoded", () => {
  it.each([
    ["UTF-8", bytes(TEXT)],
    ["UTF-8 with a byte order mark", bytes(`\uFEFF${TEXT}`)],
    ["UTF-16 LE with a byte order mark", toUtf16(TEXT)],
    ["UTF-16 BE with a byte order mark", toUtf16(TEXT, { bigEndian: true })],
  ])("%s", (_, content) => {
    expect(decodeText(content)).toEqual({ text: TEXT });
  });

  it("Windows-1252, when the flag confirms it", () => {
    expect(decodeText(windows(TEXT), "windows-1252")).toEqual({ text: TEXT });
  });
});

describe("the --encoding flag", () => {
  it.each([
    ["UTF-8", bytes(TEXT)],
    ["UTF-8 with a byte order mark", bytes(`\uFEFF${TEXT}`)],
    ["UTF-16 with a byte order mark", toUtf16(TEXT)],
  ])("changes nothing about a file that is %s", (_, content) => {
    for (const encoding of ["windows-1252", "utf-8", "utf-16be"] as const)
      expect(decodeText(content, encoding)).toEqual({ text: TEXT });
  });

  it("applies to the export alone, when the mapping file beside it is UTF-8", async () => {
    const mapping = workspace.write(
      "beside.yaml",
      "company: { id: c, name: C, providers: { t2-flex: { enabled: true } } }\nlocations: [{ id: a, name: Résidence, providers: { t2-flex: { enabled: true } } }]\n",
    );
    const stations = workspace.write("beside.csv", windows("Description\nRésidence\n"));
    const args = ["check", mapping, "--stations", stations, "--encoding", "windows-1252"];
    expect(await command(args)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("everything matches"),
    });
  });

  it("accepts UTF-16 without a byte order mark, and refuses an encoding that the file cannot have", () => {
    expect(decodeText(toUtf16(TEXT).subarray(2), "utf-16le")).toEqual({ text: TEXT });
    expect(decodeText(Uint8Array.of(0x41, 0xe9, 0x8d), "windows-1252")).toMatchObject({
      problem: expect.stringContaining("not Windows-1252 either"),
    });
    expect(decodeText(Uint8Array.of(0x41, 0xe9, 0x0a), "utf-8")).toMatchObject({
      problem: expect.stringContaining("damaged"),
    });
  });
});

describe("text in another encoding is refused, with the likely encoding and the remedy", () => {
  it.each<[string, Uint8Array, RegExp]>([
    ["nothing", bytes(""), /^is empty\.$/],
    ["only a byte order mark", bytes("\uFEFF"), /^is empty\.$/],
    ["only white space", bytes(" \n\t\n"), /^is empty\.$/],
    [
      "Windows-1252",
      windows(`name\n${TEXT}`),
      /^is not UTF-8; it seems to be Windows-1252, in which this line reads "Résidence Beauséjour"\. Save it as UTF-8.*--encoding windows-1252/,
    ],
    ["neither", Uint8Array.of(0x41, 0xe9, 0x8d, 0x0a), /^is neither UTF-8 nor Windows-1252/],
    ["UTF-16 without a byte order mark", toUtf16(TEXT).subarray(2), /UTF-16 without a byte order mark/],
    ["UTF-16 cut in a character", toUtf16(TEXT).subarray(0, 9), /^is damaged.*UTF-16LE/],
    ["UTF-16 with half a surrogate pair", toUtf16("Lot \ud800"), /^is damaged/],
    ["UTF-32", Uint8Array.of(0xff, 0xfe, 0, 0, 0x41, 0, 0, 0), /^is UTF-32/],
    ["an Excel workbook", Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0), /^is an Excel workbook/],
    ["an old Excel file", Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1), /^is an old Excel/],
    ["a PDF", bytes("%PDF-1.7"), /^is a PDF/],
    ["a web page", bytes("\n<!DOCTYPE html><title>Sign in</title>"), /^is a web page/],
  ])("%s", (_, content, problem) => {
    expect(decodeText(content)).toMatchObject({ problem: expect.stringMatching(problem) });
  });
});

describe("every reader", () => {
  const mapping = workspace.write(
    "mapping.yaml",
    `company: { id: c, name: C, providers: { t2-flex: { enabled: true }, hotspot: { enabled: true }, passport: { enabled: true, code: PASSPORTC } } }
locations:
  - id: a
    name: Résidence
    providers:
      t2-flex: { enabled: true }
      hotspot: { enabled: true, target: 0815 }
      passport: { enabled: true, target: Résidence }
`,
  );
  const lists = {
    stations: ["flex.csv", "Description,Zone\nRésidence,\n"],
    spots: ["mail.txt", "Bonjour,\n- Résidence : 0815\n"],
    zones: ["zones.json", '[{"id":"5ebb04a1-e52c-40ea-baf1-48087cca24a4","number":"1","name":"Résidence"}]'],
  } as const;
  const flags = Object.keys(lists) as (keyof typeof lists)[];

  it.each(flags)("accepts UTF-8 and UTF-16, and names the line with Windows-1252 (--%s)", async (flag) => {
    const [name, text] = lists[flag];
    for (const content of [
      bytes(text),
      bytes(`\uFEFF${text}`),
      toUtf16(text),
      toUtf16(text, { bigEndian: true }),
    ]) {
      const { stdout, stderr } = await command([
        "check",
        mapping,
        `--${flag}`,
        workspace.write(name, content),
      ]);
      expect(stderr).toBe("");
      expect(stdout).toContain(": everything matches");
    }
    const line = text.split("\n").findIndex((part) => part.includes("é")) + 1;
    const file = workspace.write(name, windows(text));
    const refused = await command(["check", mapping, `--${flag}`, file]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`${file}:${line}: is not UTF-8; it seems to be Windows-1252`);
    const html = await command([
      "check",
      mapping,
      `--${flag}`,
      workspace.write(name, "<html><body>Sign in</body></html>"),
    ]);
    expect(html.stderr).toContain("is a web page");
    const empty = await command(["check", mapping, `--${flag}`, workspace.write(name, "")]);
    expect(empty.stderr).toContain("is empty.");
  });
});

import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { KNOWN_VENDORS, VENDOR_NAMES } from "../../src/cli/vendors/known-vendors.ts";
import { passportCompanyCode } from "../../src/vendors/passport/company-code.ts";
import { command, createWorkspace } from "./command-line.ts";

const workspace = createWorkspace();
afterAll(workspace.remove);

let folders = 0;
let file = "";
beforeEach(() => {
  folders += 1;
  mkdirSync(join(workspace.folder, `${folders}`));
  file = join(workspace.folder, `${folders}`, "mapping.yaml");
});

const VENDORS = VENDOR_NAMES.join(", ");

// Each bit of the number says whether a vendor is among them.
const COMBINATIONS = Array.from({ length: 2 ** VENDOR_NAMES.length - 1 }, (_, index) =>
  VENDOR_NAMES.filter((_name, bit) => ((index + 1) >> bit) % 2 === 1),
);

const init = (vendors: readonly string[], ...flags: string[]) =>
  command(["init", ...vendors.flatMap((name) => ["--vendor", name]), "--out", file, ...flags]);

/** What a person writes in place of each placeholder. Any other: a text. */
const VALUES: Readonly<Record<string, string>> = {
  "company name": "University of Fundy",
  "company code": passportCompanyCode("University of Fundy"),
  operatorId: "c1d5be1c-7c43-4f6e-9c0a-3f2b7a6e9d10",
  baseUrl: "https://vendor.example",
  "zone id": "5ebb04a1-e52c-40ea-baf1-48087cca24a4",
  region: "CA-NB",
  SpotID: "01428",
  zoneIds: "passport",
  dialect: "iris",
  environment: "staging",
  currency: "CAD",
};

const fillIn = (text: string) =>
  text.replace(/"<fill in: (.*?)>"/g, (_, what: string) => JSON.stringify(VALUES[what] ?? "Lot #2"));
const withOptionalKeys = (text: string) => text.replace(/^( *)#(?=\S)/gm, "$1");

describe.each(COMBINATIONS.map((names) => [names.join(" and "), names] as const))(
  "init for %s",
  (_, names) => {
    it("writes a file of which check names every placeholder, with its place", async () => {
      expect(await init(names)).toMatchObject({ code: 0, stderr: "" });
      const text = readFileSync(file, "utf8");
      const left = text
        .split("\n")
        .flatMap((line, index) => (/^ *#/.test(line) || !line.includes("<fill in: ") ? [] : [index + 1]));
      const { code, stdout, stderr } = await command(["check", file]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      const told = stderr.trimEnd().split("\n");
      expect(told.map((line) => Number(line.slice(file.length + 1).split(":")[0]))).toEqual(left);
      for (const line of told) {
        expect(line).toMatch(
          /: [a-z].* is still to be filled in; the comment above it says where the value is found\.$/,
        );
      }
      expect(told.map((line) => line.split(" ")[1])).toEqual(
        expect.arrayContaining(["company.name", "locations[0].id"]),
      );
    });

    it("writes a file that check accepts as soon as it is filled in, optional keys included", async () => {
      await init(names);
      const text = readFileSync(file, "utf8");
      const filled = await command(["check", workspace.write("filled.yaml", fillIn(text))]);
      expect(filled).toMatchObject({ code: 0, stderr: "" });
      expect(filled.stdout).toContain("nothing was compared: there is no list from the vendor");
      const whole = fillIn(withOptionalKeys(text));
      expect(whole).not.toMatch(/^ *#\S/m);
      const { code, stdout, stderr } = await command(["check", workspace.write("whole.yaml", whole)]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^everything matches|: everything matches$/m);
    });

    it("writes YAML that keeps its comments, each key and each setting under one", async () => {
      await init(names);
      const text = readFileSync(file, "utf8");
      const document = parseDocument(text);
      expect([...document.errors, ...document.warnings]).toEqual([]);
      const comments = (yaml: string) => yaml.match(/#.*/g)?.map((line) => line.trim()) ?? [];
      expect(comments(document.toString({ lineWidth: 0 }))).toEqual(comments(text));
      expect(text.split("\n").filter((line) => line.length > 100)).toEqual([]);
      const lines = text.split("\n");
      const settings = KNOWN_VENDORS.filter(({ name }) => names.includes(name)).flatMap((vendor) =>
        Object.keys(vendor.settings).concat(vendor.list.key),
      );
      for (const key of settings) {
        const at = lines.findIndex((line) => new RegExp(`^ *#?${key}:`).test(line));
        expect(lines[at - 1], key).toMatch(/^ *# \S/);
      }
    });

    it("names only these vendors, and what is next", async () => {
      const { stdout } = await init(names);
      const text = readFileSync(file, "utf8");
      for (const { name, title, setup } of KNOWN_VENDORS) {
        const isMeant = names.includes(name);
        expect(stdout.includes(setup.title)).toBe(isMeant);
        expect(new RegExp(`^ +${name}:$`, "m").test(text)).toBe(isMeant);
        expect(text.includes(title)).toBe(isMeant);
      }
      expect(stdout.trimEnd().split("\n").at(-1)).toBe(`  npx @offstreet/enforcement check ${file}`);
    });
  },
);

describe("init", () => {
  it("says which fields must be equal to the letter", async () => {
    await init(VENDOR_NAMES);
    const words = readFileSync(file, "utf8").replace(/\n *#/g, "");
    expect(words).toContain(
      "The description of the location's Mobile Payment Station in Flex, equal to the letter",
    );
    expect(words).toContain("Passport: The name of the location's zone at Passport, equal to the letter");
    expect(words).toContain("The location's SpotID, equal to the letter, leading zeros included");
  });

  it("never replaces what exists, whatever it is, and leaves nothing else behind", async () => {
    const folder = join(workspace.folder, `${folders}`);
    const there = workspace.write(`${folders}/there.yaml`, "mine\n");
    symlinkSync(there, join(folder, "link.yaml"));
    linkSync(there, join(folder, "hard.yaml"));
    symlinkSync(join(folder, "nowhere.yaml"), join(folder, "dangling.yaml"));
    mkdirSync(join(folder, "folder.yaml"));
    const names = readdirSync(folder);
    for (const name of names) {
      file = join(folder, name);
      expect(await init(["passport"])).toEqual({
        code: 2,
        stdout: "",
        stderr: `${file}: exists already, and is left as it is. Give the new file another name with --out.\n`,
      });
    }
    expect(readdirSync(folder)).toEqual(names);
    expect(readFileSync(there, "utf8")).toBe("mine\n");
    file = join(folder, "new.yml");
    expect((await init(["passport"])).code).toBe(0);
    expect(readdirSync(folder).sort()).toEqual([...names, "new.yml"].sort());
  });

  it("writes the vendors in the usual order, each once, whatever the order and the capitals", async () => {
    await init([...VENDOR_NAMES].reverse().concat("Passport"));
    const text = readFileSync(file, "utf8");
    file = join(workspace.folder, `${folders}`, "again.yaml");
    await init(VENDOR_NAMES);
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  it("asks for the vendors in a terminal", async () => {
    const { code, stderr } = await command(["init", "--out", file], { answers: ["passport, hotspot"] });
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `For which vendors? ${VENDORS}; several with commas between them: `,
    });
    expect(readFileSync(file, "utf8").replace(/\n#/g, "")).toContain("Passport OpsMan and HotSpot");
  });

  it("says what to give where it cannot ask, or gets no answer", async () => {
    const said = `Say which vendors the file is for: --vendor with ${VENDORS}; may be repeated.\n`;
    for (const input of ["pipe", "none"] as const) {
      expect(await command(["init", "--out", file], { input })).toEqual({
        code: 2,
        stdout: "",
        stderr: said,
      });
    }
    for (const answers of [[], [""], [" , "]]) {
      const { code, stderr } = await command(["init", "--out", file], { answers });
      expect(code).toBe(2);
      expect(stderr.endsWith(said)).toBe(true);
    }
    expect(existsSync(file)).toBe(false);
  });

  it("writes nothing when it is cancelled", async () => {
    const stop = new AbortController();
    const ask = () => {
      stop.abort("SIGINT");
      return undefined;
    };
    const { code, stderr } = await command(["init", "--out", file], { signal: stop.signal, ask });
    expect(code).toBe(1);
    expect(stderr).toContain("init: Cancelled by you.\n");
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    [["--vendor", "passprot"], `A vendor must be one of ${VENDORS}. Did you mean passport?`],
    [["--vendor", "flowbird"], `A vendor must be one of ${VENDORS}.`],
    [["mapping.yaml", "--vendor", "passport"], "init takes flags only. Name the file with --out."],
    [["--vendor", "passport", "--out", "mapping.json"], "--out must end in .yaml or .yml: the file is YAML."],
    [
      ["--vendor", "passport", "--out", "no-such-folder/mapping.yaml"],
      "no-such-folder/mapping.yaml: cannot be written (ENOENT).",
    ],
  ])("refuses %j", async (args, said) => {
    expect(await command(["init", ...args])).toEqual({ code: 2, stdout: "", stderr: `${said}\n` });
  });

  it("quotes a name with spaces in the command that is next", async () => {
    file = join(workspace.folder, `${folders}`, "my mapping.yaml");
    expect((await init(["hotspot"])).stdout).toContain(`enforcement check "${file}"\n`);
  });
});

describe("a placeholder", () => {
  it("is found once where aliases repeat it, in JSON too, and in every command that reads the file", async () => {
    const location =
      '{ id: "<fill in: location id>", name: A, providers: { hotspot: { enabled: true, target: 1 } } }';
    const yaml = workspace.write(
      "aliases.yaml",
      `company: { id: c, name: C, providers: { hotspot: { enabled: true } } }\nlocations: [&a ${location}, *a]\n`,
    );
    const json = workspace.write("mapping.json", '{"company":{"id":"<fill in: company id>"},"locations":[]}');
    const expected = [
      [
        yaml,
        `${yaml}:2:22: locations[0].id is still to be filled in; the comment above it says where the value is found.\n`,
      ],
      [
        json,
        `${json}:1:18: company.id is still to be filled in; the comment above it says where the value is found.\n`,
      ],
    ] as const;
    for (const [path, stderr] of expected) {
      for (const args of [["check"], ["readiness"], ["test-plate", "--all"], ["sandbox"]]) {
        expect(await command([...args, path])).toEqual({ code: 2, stdout: "", stderr });
      }
    }
  });
});

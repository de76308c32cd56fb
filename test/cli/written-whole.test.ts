import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { suiteSize } from "../support/suite-size.ts";
import { command, createWorkspace, fixture, MAIN } from "./command-line.ts";

const workspace = createWorkspace();
afterAll(workspace.remove);

let folders = 0;
let folder = "";
beforeEach(() => {
  folders += 1;
  folder = join(workspace.folder, `${folders}`);
  mkdirSync(folder);
});

const CHECK = ["check", fixture("ten-mistakes.yaml"), "--out"];
const at = (name: string) => join(folder, name);
const write = (name: string, content: string) => workspace.write(`${folders}/${name}`, content);

describe("a report in a file", () => {
  it("takes the place of the old one, with its mode, and leaves nothing beside it", async () => {
    chmodSync(write("report.html", "old"), 0o640);
    expect((await command([...CHECK, at("report.html")])).code).toBe(1);
    expect(readFileSync(at("report.html"), "utf8")).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect(statSync(at("report.html")).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(["report.html"]);
  });

  it("that is new has the mode that the process gives to files", async () => {
    await command([...CHECK, at("report.md")]);
    expect(statSync(at("report.md")).mode & 0o777).toBe(0o666 & ~process.umask());
  });

  it("is written where a link leads, to a file that is there or not, and the link stays", async () => {
    mkdirSync(at("reports"));
    symlinkSync("reports/there.json", at("one.json"));
    symlinkSync("reports/new.json", at("two.json"));
    write("reports/there.json", "old");
    for (const [link, file] of [
      ["one.json", "there.json"],
      ["two.json", "new.json"],
    ] as const) {
      await command([...CHECK, at(link)]);
      expect(lstatSync(at(link)).isSymbolicLink()).toBe(true);
      expect(JSON.parse(readFileSync(join(at("reports"), file), "utf8"))).toHaveProperty("verdict");
    }
    expect(readdirSync(at("reports")).sort()).toEqual(["new.json", "there.json"]);
  });

  it("has all its names afterwards", async () => {
    linkSync(write("report.txt", "old"), at("archive.txt"));
    await command([...CHECK, at("report.txt")]);
    expect(readFileSync(at("archive.txt"), "utf8")).toBe(readFileSync(at("report.txt"), "utf8"));
    expect(readFileSync(at("archive.txt"), "utf8")).toContain("8 errors, 2 warnings\n");
  });

  it.skipIf(process.platform === "win32")("may be standard output itself", async () => {
    // Through a shell's pipe: a process that Node starts has a socket, which has no name to open.
    const line = [process.execPath, MAIN, ...CHECK, "/dev/stdout"].map((word) => `'${word}'`).join(" ");
    const { stdout } = spawnSync("sh", ["-c", `${line} | cat`], { encoding: "utf8" });
    expect(stdout).toMatch(/^Mapping check: University of Fundy\n[\s\S]*The report is in \/dev\/stdout\.\n$/);
  });

  it("is refused before anything is done where its folder is missing, behind a link too", async () => {
    symlinkSync(join(at("missing"), "report.html"), at("link.html"));
    for (const out of [join(at("missing"), "report.html"), at("link.html"), folder]) {
      const { code, stdout, stderr } = await command([...CHECK, out]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(/: cannot be written \((ENOENT|EISDIR)\)\.\n$/);
    }
    expect(readdirSync(folder)).toEqual(["link.html"]);
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === "win32")(
    "is written into an old file where the folder takes no new ones, and refused where the file is not writable",
    async () => {
      write("report.md", "old");
      chmodSync(folder, 0o555);
      expect((await command([...CHECK, at("report.md")])).code).toBe(1);
      expect(readFileSync(at("report.md"), "utf8")).toMatch(/^# Mapping check/);
      chmodSync(folder, 0o755);
      chmodSync(at("report.md"), 0o444);
      expect((await command([...CHECK, at("report.md")])).stderr).toContain("cannot be written (EACCES)");
    },
  );
});

describe("a command that is cancelled", () => {
  /** A vendor that accepts connections and never answers. */
  let silent: Server;
  beforeAll(async () => {
    silent = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
  });
  afterAll(() => {
    silent.closeAllConnections();
    silent.close();
  });

  const start = (args: readonly string[]) => {
    const env = { HOTSPOT_TOKEN: "token", LOOKUP_PASSWORD: "password" };
    const child = spawn(process.execPath, [MAIN, ...args], { env });
    const said = { stderr: "" };
    child.stderr.on("data", (chunk) => (said.stderr += chunk));
    child.stdout.resume();
    return { child, said, closed: once(child, "close") };
  };

  it.each([
    ["SIGINT", "readiness: Cancelled by you.\n"],
    ["SIGTERM", "readiness: Cancelled by the system (SIGTERM).\n"],
  ] as const)("by %s leaves the old report, and nothing beside it", async (signal, words) => {
    const { port } = silent.address() as AddressInfo;
    const mapping = write(
      "mapping.yaml",
      `
company: { id: c, name: C, providers: { t2-flex: { enabled: true } } }
locations: [{ id: a, name: A, providers: { t2-flex: { enabled: true } } }]
vendors: { t2-flex: { endpoint: "http://127.0.0.1:${port}/lookup", stations: [{ description: A }] } }
`,
    );
    write("report.html", "old");
    const connected = once(silent, "connection");
    const run = start(["readiness", mapping, "--out", at("report.html")]);
    await connected;
    run.child.kill(signal);
    const [code] = await run.closed;
    expect({ code, stderr: run.said.stderr }).toEqual({ code: 1, stderr: words });
    expect(readFileSync(at("report.html"), "utf8")).toBe("old");
    expect(readdirSync(folder).sort()).toEqual(["mapping.yaml", "report.html"]);
  });

  it("before it has compared anything writes nothing", async () => {
    const signal = AbortSignal.abort("SIGINT");
    expect(await command([...CHECK, at("report.html")], { signal })).toEqual({
      code: 1,
      stdout: "",
      stderr: "check: Cancelled by you.\n",
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("at any moment, once or twice, leaves the old report or the whole new one", async () => {
    const locations = Array.from({ length: 1_500 }, (_, index) => ({
      id: `lot-${index}`,
      name: `Lot ${index}`,
      providers: { hotspot: { enabled: true, target: String(10_000 + index) } },
    }));
    const company = { id: "c", name: "C", providers: { hotspot: { enabled: true } } };
    const vendors = { hotspot: { spotIds: ["20000"] } };
    const mapping = write("mapping.json", JSON.stringify({ company, locations, vendors }));
    const OLD = "old ".repeat(10_000);
    const seen = new Set<string>();
    const runs = suiteSize("CANCELLED_COUNT", { quick: 6, full: 40 });
    for (let run = 0; run < runs; run += 1) {
      write("report.json", OLD);
      const { child, closed } = start(["check", mapping, "--out", at("report.json")]);
      await wait(150 + (run / runs) * 700);
      child.kill(run % 2 === 0 ? "SIGINT" : "SIGTERM");
      if (run % 3 === 0) child.kill("SIGINT");
      await closed;
      const text = readFileSync(at("report.json"), "utf8");
      seen.add(text === OLD ? "old" : JSON.parse(text).reports[0].issues.length > 1_000 ? "new" : "other");
      expect(readdirSync(folder).sort()).toEqual(["mapping.json", "report.json"]);
    }
    expect(["old", "new"]).toEqual(expect.arrayContaining([...seen]));
  });
});

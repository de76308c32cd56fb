import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";

const run = promisify(execFile);
const repository = resolve(import.meta.dirname, "../../..");
const runtimes = join(repository, "test/runtimes");
const versions = Object.keys(
  JSON.parse(readFileSync(join(runtimes, "package.json"), "utf8")).dependencies as Record<string, string>,
).map((name) => name.replace("node-", ""));

// A process that compiles on a busy machine.
const WITHIN_MS = 15 * 60_000;

function nodeOf(version: string): string {
  return join(runtimes, `node_modules/node-${version}/bin/node`);
}

const SHOWN_OF_STDERR = 20_000;

/** Node before 22.18 runs TypeScript only when it is asked to. */
function environmentOf(version: string): NodeJS.ProcessEnv {
  const preload = `--import=${pathToFileURL(join(runtimes, "strip-types.js"))}`;
  const options =
    version === "22.16" ? `--no-warnings --experimental-strip-types ${preload}` : "--no-warnings";
  return { ...process.env, NODE_OPTIONS: options, TEST_FULL: "0" };
}

beforeAll(() => {
  for (const version of versions) {
    if (!existsSync(nodeOf(version)))
      throw new Error(`Node ${version} is missing; run: npm ci --prefix test/runtimes`);
  }
  if (!existsSync(join(repository, "dist/sqlite.js"))) throw new Error("dist is missing; run: npm run build");
});

describe("every bound of the Node versions that package.json allows", () => {
  it("is among the tested versions", () => {
    const { engines } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
    expect(engines).toEqual({ node: "^22.16.0 || >=24.0.0" });
    expect(versions).toEqual(expect.arrayContaining(["22.16", "24.0"]));
  });
});

describe.each(versions)("Node %s", (version) => {
  it(
    "runs a host on the built package's embedded ledger",
    async () => {
      const life = join(import.meta.dirname, "embedded-ledger-life.ts");
      const { stdout } = await run(nodeOf(version), [life], { env: environmentOf(version) });
      const told = JSON.parse(stdout);
      expect(told).toMatchObject({ permits: 741, files: 2 });
      expect(told.node).toContain(`v${version}.`);
      console.log(`Node ${told.node}: ${told.permits} permits delivered, erased and restored`);
    },
    WITHIN_MS,
  );
});

// Where the lines begin that `engines` allows. The newest Node runs all tests in every other run.
describe("the tests on the lowest Node versions", () => {
  it.each([
    { version: "22.16", what: "the SQLite ledger", files: "test/sync/sqlite/", least: 100 },
    { version: "22.16", what: "lookups", files: "test/lookup", least: 500 },
    {
      version: "24.0",
      what: "the contract of the SQLite ledger",
      files: "test/sync/sqlite/sqlite-ledger",
      least: 70,
    },
  ])(
    "pass: $what on Node $version",
    async ({ version, what, files, least }) => {
      const folder = mkdtempSync(join(tmpdir(), "enforcement-lowest-"));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      const report = join(folder, "report.json");
      const vitest = join(repository, "node_modules/vitest/vitest.mjs");
      const ended = await run(
        nodeOf(version),
        [vitest, "run", files, "--config", join(runtimes, "vitest.config.ts")],
        {
          cwd: repository,
          env: { ...environmentOf(version), ENFORCEMENT_REPORT: report },
          maxBuffer: 2 ** 28,
        },
      ).catch((error: Error & { stdout: string; stderr: string }) => error);
      const printed = `${ended.stdout}\n${ended.stderr.slice(-SHOWN_OF_STDERR)}`;
      if (!existsSync(report)) throw new Error(printed, { cause: ended });
      const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
      console.log(`Node ${version}, ${what}: ${numPassedTests} tests passed, ${numFailedTests} failed`);
      expect(failuresOf(testResults)).toEqual([]);
      expect(numPassedTests).toBeGreaterThan(least);
      // An error outside every test, or a worker that did not end: what vitest printed about it is all there is to see.
      if (ended instanceof Error) throw new Error(printed, { cause: ended });
    },
    WITHIN_MS,
  );
});

interface FileResult {
  readonly name: string;
  readonly message: string;
  readonly assertionResults: readonly { fullName: string; status: string; failureMessages: string[] }[];
}

function failuresOf(files: readonly FileResult[]): string[] {
  return files.flatMap(({ name, message, assertionResults }) => {
    const failed = assertionResults.filter(({ status }) => status === "failed");
    if (failed.length === 0) return message === "" ? [] : [`${name}: ${message}`];
    return failed.map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages[0]}`);
  });
}

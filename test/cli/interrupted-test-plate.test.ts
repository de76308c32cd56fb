import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type ListeningSandbox, type Sandbox } from "../../src/sandbox/index.ts";
import { command, createWorkspace, MAIN, NOW, type Surroundings } from "./command-line.ts";

const SPOT = "14283";
const workspace = createWorkspace();
let sandbox: Sandbox;
let vendors: ListeningSandbox;
/** A sandbox by the machine's clock, for the tests that start a process. */
let ofProcesses: Sandbox;
let processVendors: ListeningSandbox;

beforeAll(async () => {
  sandbox = createSandbox({ clock: () => NOW, hotspot: { spotIds: [SPOT, "14284"] } });
  vendors = await sandbox.listen();
  ofProcesses = createSandbox({ hotspot: { spotIds: [SPOT, "14284"] } });
  processVendors = await ofProcesses.listen();
});
afterAll(async () => {
  await vendors.close();
  await processVendors.close();
  workspace.remove();
});

let runs = 0;
let mapping = "";
const write = (hotspotUrl: string) =>
  workspace.write(
    `${runs}.yaml`,
    `
company: { id: fundy, name: Fundy, providers: { hotspot: { enabled: true }, t2-flex: { enabled: true } } }
locations:
  - id: lot-101
    name: Lot 101
    region: CA-NB
    providers:
      hotspot: { enabled: true, target: ${SPOT}, stage: testing }
      t2-flex: { enabled: true, stage: testing }
  - id: lot-102
    name: Lot 102
    region: CA-NB
    providers: { hotspot: { enabled: true, target: 14284, stage: testing } }
vendors:
  hotspot: { baseUrl: "${hotspotUrl}" }
  t2-flex: { endpoint: "https://host.invalid/lookup" }
`,
  );
beforeEach(() => {
  runs += 1;
  mapping = write(vendors.hotspotUrl);
});

const shown = () => sandbox.hotspot.findPermits({ plate: "TEST123", at: NOW }).length;
const evidence = () => JSON.parse(readFileSync(mapping.replace(".yaml", ".evidence.json"), "utf8")).records;

function test(surroundings: Surroundings, ...args: string[]) {
  const environment = { HOTSPOT_TOKEN: sandbox.hotspot.token, LOOKUP_PASSWORD: "p" };
  const flags = args.length === 0 ? ["--vendor", "hotspot", "--location", "lot-101"] : args;
  return command(["test-plate", mapping, ...flags], { environment, ...surroundings });
}

describe("test-plate where a person must look", () => {
  it("sends nothing when there is no terminal, and says what to do", async () => {
    for (const vendor of ["hotspot", "t2-flex"]) {
      const before = sandbox.hotspot.requests.length;
      const { code, stdout, stderr } = await test({ input: "none" }, "--vendor", vendor, "--all");
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(
        /^There is no terminal to ask at, and for .* \((hotspot|t2-flex)\) a person must/,
      );
      expect(stderr).toContain(
        "Nothing was sent. Run the command in a terminal, or pipe the answers into it",
      );
      expect(sandbox.hotspot.requests.length).toBe(before);
      expect(existsSync(mapping.replace(".yaml", ".evidence.json"))).toBe(false);
    }
  });

  it.each([
    ["pipe", "There is no terminal to ask at, and the input holds no answer."],
    ["terminal", "The input was ended (Ctrl+D) before the question was answered."],
  ] as const)(
    "reports that the input has ended (%s), and that the plate was withdrawn",
    async (input, why) => {
      const { code, stdout } = await test({ input, answers: [] });
      expect(code).toBe(1);
      expect(stdout).toContain(`failed - Lot 101`);
      expect(stdout).toContain(why);
      expect(stdout).toContain("TEST123 was withdrawn.");
      expect(stdout).not.toContain("function");
      expect(shown()).toBe(0);
    },
  );

  it("reports that it was cancelled, withdraws the plate, and tests no other location", async () => {
    const stop = new AbortController();
    const asked: string[] = [];
    const ask = (question: string) => {
      asked.push(question);
      expect(shown()).toBe(1);
      stop.abort("SIGINT");
      return undefined;
    };
    const { code, stdout, stderr } = await test({ ask, signal: stop.signal }, "--vendor", "hotspot", "--all");
    expect(code).toBe(1);
    expect(asked).toHaveLength(1);
    expect(stdout).toContain("Cancelled by you. TEST123 was withdrawn.");
    expect(stdout).toContain("Cancelled by you. It was not tested.");
    expect(stdout).not.toMatch(/signal|function/);
    expect(stderr).toContain("Cancelling: the test plate is withdrawn first.");
    expect(shown()).toBe(0);
    expect(evidence()).toHaveLength(1);
  });

  it("reports that the plate could not be withdrawn, until when it is valid, and how to sweep it", async () => {
    const stop = new AbortController();
    const ask = () => {
      sandbox.hotspot.faults.add({ kind: "status", status: 503, times: Number.POSITIVE_INFINITY });
      stop.abort("SIGINT");
      return undefined;
    };
    const { code, stdout } = await test({ ask, signal: stop.signal });
    expect(code).toBe(1);
    expect(stdout).toContain("Cancelled by you. TEST123 was not withdrawn: ");
    expect(stdout).toContain("It ends by itself at 2026-11-21 16:00 UTC; run --sweep to withdraw it before.");
    expect(shown()).toBe(1);
    sandbox.hotspot.faults.clear();
    const swept = await test({}, "--vendor", "hotspot", "--sweep");
    expect(swept).toMatchObject({ code: 0, stdout: expect.stringContaining("1 of 1 old run cleaned up") });
    expect(shown()).toBe(0);
  });

  it("says what a person must remove when the permit is in the host's own system", async () => {
    const stop = new AbortController();
    const ask = () => {
      stop.abort("SIGINT");
      return undefined;
    };
    const flags = ["--vendor", "t2-flex", "--all"];
    const { code, stdout } = await test({ ask, signal: stop.signal }, ...flags);
    expect(code).toBe(1);
    expect(stdout).toContain(
      "Cancelled by you. If you have issued the permit for plate TEST123 at location lot-101, take it out of your system; --sweep asks for it again.",
    );
    // The sweep is cancelled too: what it did not reach stays recorded.
    const again = new AbortController();
    const cancelled = await test(
      {
        ask: () => {
          again.abort("SIGINT");
          return undefined;
        },
        signal: again.signal,
      },
      "--vendor",
      "t2-flex",
      "--sweep",
    );
    expect(cancelled).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("0 of 1 old run cleaned up"),
    });
    expect(cancelled.stdout).toContain("Cancelled by you. It stays recorded: run --sweep again.");
  });
});

describe("a process", () => {
  const start = (args: readonly string[], stdin: "ignore" | "pipe") => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: { HOTSPOT_TOKEN: ofProcesses.hotspot.token },
      stdio: [stdin, "pipe", "pipe"],
    });
    const said = { stdout: "", stderr: "" };
    child.stdout?.on("data", (chunk) => (said.stdout += chunk));
    child.stderr?.on("data", (chunk) => (said.stderr += chunk));
    return { child, said, closed: once(child, "close") };
  };
  const ofPlate = () => ofProcesses.hotspot.findPermits({ plate: "TEST123", at: new Date() }).length;
  const ARGS = ["--vendor", "hotspot", "--location", "lot-101"];

  it("without any input sends nothing", async () => {
    const { said, closed } = start(["test-plate", write(processVendors.hotspotUrl), ...ARGS], "ignore");
    const [code] = await closed;
    expect({ code, stdout: said.stdout }).toEqual({ code: 2, stdout: "" });
    expect(said.stderr).toContain("There is no terminal to ask at");
    expect(ofProcesses.hotspot.requests).toEqual([]);
  });

  it.each([
    ["SIGINT", "Cancelled by you. TEST123 was withdrawn."],
    ["SIGTERM", "Cancelled by the system (SIGTERM). TEST123 was withdrawn."],
  ] as const)("withdraws the plate after %s", async (signal, words) => {
    const run = start(["test-plate", write(processVendors.hotspotUrl), ...ARGS], "pipe");
    while (!run.said.stderr.includes("[y/n]")) await wait(5);
    expect(ofPlate()).toBe(1);
    run.child.kill(signal);
    const [code] = await run.closed;
    expect(code).toBe(1);
    expect(run.said.stdout).toContain(words);
    expect(ofPlate()).toBe(0);
  });

  it("that only reads reports that it was cancelled", async () => {
    const stop = AbortSignal.abort("SIGINT");
    const { code, stdout, stderr } = await command(["readiness", mapping], { signal: stop });
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: "",
      stderr: "readiness: Cancelled by you.\n",
    });
  });
});

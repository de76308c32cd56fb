import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import {
  apiKeyAuth,
  createPermitLookupHandler,
  createT2FlexProvider,
  issueCredentials,
  memoryDirectory,
  memoryPermits,
  parsePlate,
} from "../../src/index.ts";
import { createSandbox, type ListeningSandbox } from "../../src/sandbox/index.ts";
import { type Listening, listen } from "../../src/sandbox/listen.ts";
import { command, createWorkspace, MAIN, NOW, runBin } from "./command-line.ts";

const ZONE = "5ebb04a1-e52c-40ea-baf1-48087cca24a4";
const OPERATOR = "c1d5be1c-7c43-4f6e-9c0a-3f2b7a6e9d10";

const workspace = createWorkspace();
const clock = () => NOW;
const sandbox = createSandbox({
  strict: true,
  clock,
  passport: {
    operatorId: OPERATOR,
    zones: [
      { id: ZONE, number: "101", name: "Lot 101" },
      { number: "102", name: "Lot 102" },
    ],
  },
  hotspot: { spotIds: ["14283"], strict: true },
});
const { password, stored } = issueCredentials({ companyId: "fundy" });
const permits = memoryPermits([]);
let vendors: ListeningSandbox;
let host: Listening;
let mapping: string;
const environment = {
  PASSPORT_CLIENT_ID: sandbox.passport.clientId,
  PASSPORT_CLIENT_SECRET: sandbox.passport.clientSecret,
  MY_HOTSPOT_TOKEN: sandbox.hotspot.token,
  LOOKUP_PASSWORD: password,
};
const SECRETS = [sandbox.passport.clientSecret, sandbox.hotspot.token, password];

beforeAll(async () => {
  vendors = await sandbox.listen();
  const on = { enabled: true };
  const handler = createPermitLookupHandler({
    provider: createT2FlexProvider(),
    authorize: apiKeyAuth({ find: (hash) => (stored.hashes.includes(hash) ? stored : undefined) }),
    directory: memoryDirectory({
      companies: [{ id: "fundy", name: "University of Fundy", providers: { "t2-flex": on } }],
      locations: [{ id: "lot-101", companyId: "fundy", name: "Lot 101", providers: { "t2-flex": on } }],
    }),
    findPermits: permits.findPermits,
    clock,
  });
  host = await listen({ "/lookup": handler });
});
afterAll(async () => {
  await vendors.close();
  await host.close();
  workspace.remove();
});

let runs = 0;
beforeEach(() => {
  runs += 1;
  mapping = workspace.write(
    `${runs}.yaml`,
    `
company:
  id: fundy
  name: University of Fundy
  providers:
    passport: { enabled: true, code: PASSPORTUNIVERSITYOFFUNDY }
    hotspot: { enabled: true }
    t2-flex: { enabled: true }
locations:
  - id: lot-101
    name: Lot 101
    region: CA-NB
    providers:
      passport: { enabled: true, target: ${ZONE}, stage: testing }
      hotspot: { enabled: true, target: 14283, stage: testing }
      t2-flex: { enabled: true, stage: testing }
  - id: lot-102
    name: Lot 102
    region: CA-NB
    providers:
      passport: { enabled: true, target: Lot 102, stage: testing }
vendors:
  passport: { operatorId: ${OPERATOR}, baseUrl: "${vendors.passportUrl}" }
  hotspot: { baseUrl: "${vendors.hotspotUrl}", spotIds: [14283] }
  t2-flex: { endpoint: "${host.url}/lookup" }
`,
  );
});

const ask = (args: string[], answers: string[] = []) => command(args, { environment, answers });

describe("test-plate", () => {
  it("registers, reads back and cancels at Passport, one location after the other", async () => {
    const { code, stdout, stderr } = await ask(["test-plate", mapping, "--vendor", "passport", "--all"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("2 of 2 locations passed");
    expect(stdout).toContain("seen and gone - Lot 102 (lot-102)");
    expect(sandbox.passport.findSessions({ plate: "TEST123", at: NOW })).toEqual([]);
    expect(JSON.parse(readFileSync(mapping.replace(".yaml", ".evidence.json"), "utf8"))).toBeTruthy();
  });

  it("asks a person where the vendor cannot be read back, until the reply is an answer", async () => {
    const args = ["test-plate", mapping, "--vendor", "hotspot", "--all", "--token-env", "MY_HOTSPOT_TOKEN"];
    const seen = await ask(args, ["perhaps", "y"]);
    expect(seen.code).toBe(0);
    expect(seen.stderr.match(/does the officer's screen show TEST123 at Lot 101 \(14283\)/g)).toHaveLength(2);
    const unseen = await ask(args, ["n"]);
    expect(unseen).toMatchObject({ code: 1, stdout: expect.stringContaining("not seen - Lot 101") });
    const unanswered = await ask(args);
    expect(unanswered).toMatchObject({ code: 1, stdout: expect.stringContaining("failed - Lot 101") });
    expect(sandbox.hotspot.findPermits({ plate: "TEST123", at: NOW })).toEqual([]);
  });

  it("has a person issue the permit where the vendor calls the host, and calls the host's endpoint for it", async () => {
    const args = ["test-plate", mapping, "--vendor", "t2-flex", "--location", "lot-101"];
    const permit = {
      id: "4711",
      companyId: "fundy",
      plates: [parsePlate("TEST123")],
      locationIds: ["lot-101"],
      validFrom: new Date(NOW.getTime() - 60_000),
      validTo: null,
      revision: 1,
    };
    const answers = {
      // The host's own system gives the permit its id.
      shift: () => {
        if (permits.size === 0) permits.set(permit);
        else permits.remove(permit.id);
        return "";
      },
    };
    const { code, stdout, stderr } = await command(args, { environment, ask: answers.shift });
    expect(code).toBe(0);
    expect(stdout).toContain("seen and gone - Lot 101");
    expect(stderr).toContain("In your system, issue a permit for plate TEST123 at location lot-101");
    const forgotten = await command(args, { environment, ask: () => "" });
    expect(forgotten).toMatchObject({ code: 1, stdout: expect.stringContaining("not seen - Lot 101") });
  });

  it("leaves nothing at the vendor after it was killed and swept", async () => {
    // The killed process uses the machine's clock, so its vendor does too.
    const own = createSandbox({ hotspot: { spotIds: ["14283"], strict: true } });
    const server = await own.listen();
    writeFileSync(mapping, readFileSync(mapping, "utf8").replace(vendors.hotspotUrl, server.hotspotUrl));
    const env = { HOTSPOT_TOKEN: own.hotspot.token };
    const shown = () => own.hotspot.findPermits({ plate: "TEST123", at: new Date() }).length;
    const child = spawn(process.execPath, [MAIN, "test-plate", mapping, "--vendor", "hotspot", "--all"], {
      env,
    });
    const ended = once(child, "exit");
    const [question] = await once(child.stderr, "data");
    expect(String(question)).toContain("does the officer's screen show TEST123");
    child.kill("SIGKILL");
    await ended;
    expect(shown()).toBe(1);
    const swept = await runBin(["test-plate", mapping, "--vendor", "hotspot", "--sweep"], { env });
    expect(swept).toMatchObject({ code: 0, stdout: expect.stringContaining("1 of 1 old run cleaned up") });
    expect(shown()).toBe(0);
    await server.close();
  });

  it("does nothing when its report cannot be written", async () => {
    const out = `${workspace.folder}/none/report.html`;
    const args = ["test-plate", mapping, "--vendor", "passport", "--all", "--out", out];
    expect(await ask(args)).toEqual({ code: 2, stdout: "", stderr: `${out}: cannot be written (ENOENT).\n` });
    expect(await ask([...args.slice(0, -1), workspace.folder])).toMatchObject({
      stderr: `${workspace.folder}: cannot be written (EISDIR).\n`,
    });
    expect(existsSync(mapping.replace(".yaml", ".evidence.json"))).toBe(false);
  });

  it("shows runs that it could not sweep, also of a provider that was not chosen", async () => {
    const stop = new AbortController();
    // No person confirms that the test permit is gone: the record stays open.
    const answers = { ask: (question: string) => (question.startsWith("Take") ? undefined : "") };
    await command(["test-plate", mapping, "--vendor", "t2-flex", "--all"], {
      environment,
      ...answers,
      signal: stop.signal,
    });
    const sweep = ["test-plate", mapping, "--vendor", "passport", "--sweep"];
    const left = await command(sweep, { environment, ...answers });
    expect(left).toMatchObject({ code: 1, stdout: expect.stringContaining("0 of 1 old run cleaned up") });
    expect(left.stdout).toContain("Other providers (t2-flex): 0 of 1 old run cleaned up");
    expect(left.stdout).toContain("left - Lot 101 (lot-101)");
    const asked: string[] = [];
    const done = await command(sweep, { environment, ask: (question) => `${asked.push(question)}` });
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining("1 of 1 old run cleaned up") });
    expect(asked).toEqual([
      "Take the permit for plate TEST123 at location lot-101 out of your system again. Press Enter when it is gone. ",
    ]);
  });

  it.each([
    [[], "Say where: --location with a location's id, or --all."],
    [["--all", "--location", "lot-101"], "Give --location or --all, not both."],
    [["--location", "lot-7"], "The mapping file has no location lot-7."],
    [
      ["--location", "lot-102", "--vendor", "hotspot", "--token-env", "MY_HOTSPOT_TOKEN"],
      "No provider is switched on for these locations.",
    ],
    [["--all", "--minutes", "0"], "--minutes must be a whole number from 1 to 1440."],
    [["--all", "--vendor", "hotspot"], "missing: the environment variable HOTSPOT_TOKEN"],
    [
      ["--all", "--vendor", "hotspot", "--token-env", "NOT_SET"],
      "The environment variable that --token-env names is not set.",
    ],
  ])("refuses %j", async (flags, said) => {
    const vendor = flags.includes("--vendor") ? [] : ["--vendor", "passport"];
    expect(await ask(["test-plate", mapping, ...vendor, ...flags])).toEqual({
      code: 2,
      stdout: "",
      stderr: `${said}\n`,
    });
  });
});

describe("readiness", () => {
  it("reflects the results of the test plates", async () => {
    const args = ["readiness", mapping, "--vendor", "passport"];
    const before = await ask(args);
    expect(before).toMatchObject({
      code: 1,
      stderr: "",
      stdout: expect.stringContaining("missing test-plate - Test plate TEST123"),
    });
    await ask(["test-plate", mapping, "--vendor", "passport", "--all"]);
    const after = await ask(args);
    expect(after).toMatchObject({ code: 0, stdout: expect.stringContaining("ready to go live") });
  });

  it("shows each location's stage from the mapping file, and the stage that it is ready for", async () => {
    writeFileSync(mapping, readFileSync(mapping, "utf8").replaceAll(", stage: testing", ""));
    const { stdout } = await ask(["readiness", mapping, "--vendor", "passport"]);
    expect(stdout).toContain("  setup - Lot 101 (lot-101)");
    expect(stdout).toContain("Its stage is setup in the mapping file; it is ready for testing.");
    await ask(["test-plate", mapping, "--vendor", "passport", "--all"]);
    const live = readFileSync(mapping, "utf8").replaceAll(`target: ${ZONE}`, `target: ${ZONE}, stage: live`);
    writeFileSync(mapping, live.replace("target: Lot 102", "target: Lot 999, stage: live"));
    const after = (await ask(["readiness", mapping, "--vendor", "passport"])).stdout;
    expect(after).toContain("Its stage is live.");
    expect(after).toContain(
      "Its stage is live in the mapping file, but the checks allow no more than setup.",
    );
  });

  it.each(["text", "markdown", "html"])("has no heading without content (%s)", async (format) => {
    const { stdout } = await ask(["readiness", mapping, "--vendor", "passport", "--format", format]);
    expect(stdout).toContain("Locations");
    expect(stdout).not.toMatch(/^\W*(<h3[^>]*>)?Mapping(<\/h3>)?$/m);
  });

  it("reports missing credentials instead of sending requests without them", async () => {
    const { code, stdout } = await command(["readiness", mapping, "--format", "json"]);
    expect(code).toBe(1);
    const { version, verdict, reports } = JSON.parse(stdout);
    expect(version).toBe(1);
    expect(verdict).toEqual({
      ok: false,
      mark: "bad",
      text: "not ready: Passport OpsMan, HotSpot, T2 Flex",
    });
    for (const report of reports)
      expect(report.verdict).toEqual({ ok: false, mark: "bad", text: "not ready" });
    expect(reports.map(({ providerId }: { providerId: string }) => providerId)).toEqual([
      "passport",
      "hotspot",
      "t2-flex",
    ]);
    expect(stdout).toContain("the environment variable HOTSPOT_TOKEN is missing");
  });

  it("requires the company's token where the mapping file says that there is one", async () => {
    writeFileSync(
      mapping,
      readFileSync(mapping, "utf8").replace("spotIds: [14283]", "spotIds: [14283], companyToken: true"),
    );
    const args = ["--vendor", "hotspot", "--token-env", "MY_HOTSPOT_TOKEN"];
    const without = await ask(["readiness", mapping, ...args]);
    expect(without.stdout).toContain(
      "The vendor was not asked: the environment variable HOTSPOT_COMPANY_TOKEN is missing.",
    );
    expect(await ask(["test-plate", mapping, ...args, "--all"])).toMatchObject({
      code: 2,
      stderr: "missing: the environment variable HOTSPOT_COMPANY_TOKEN\n",
    });
    const withToken = await command(["readiness", mapping, ...args], {
      environment: { ...environment, HOTSPOT_COMPANY_TOKEN: "t0ken" },
    });
    expect(withToken.stdout).not.toContain("was not asked");
    expect(withToken.stdout).not.toContain("company_token_missing");
  });

  it("accepts what a person confirmed", async () => {
    const { stdout } = await ask(["readiness", mapping, "--vendor", "t2-flex", "--confirmed", "odc-task"]);
    expect(stdout).toContain("done odc-task");
    const unknown = await ask(["readiness", mapping, "--vendor", "t2-flex", "--confirmed", "cake"]);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("t2-flex has ");
  });

  it.each(["text", "markdown", "html", "json"])("shows no secret (%s)", async (format) => {
    const { stdout, stderr } = await ask([
      "readiness",
      mapping,
      "--format",
      format,
      "--token-env",
      "MY_HOTSPOT_TOKEN",
    ]);
    for (const secret of SECRETS) expect(stdout + stderr).not.toContain(secret);
    expect(stdout).toContain("test-plate");
  });

  it("refuses a malformed operator id by name", async () => {
    writeFileSync(mapping, readFileSync(mapping, "utf8").replace(OPERATOR, "OPERATOR-7"));
    const { code, stderr } = await ask(["readiness", mapping, "--vendor", "passport"]);
    expect(code).toBe(2);
    expect(stderr).toContain("operatorId");
  });
});

describe("sandbox", () => {
  it("serves the mapping file's zones and SpotIDs until it is stopped", async () => {
    const withToken = readFileSync(mapping, "utf8").replace(
      "spotIds: [14283]",
      "spotIds: [14283], companyToken: true",
    );
    writeFileSync(mapping, withToken);
    const child = spawn(process.execPath, [MAIN, "sandbox", mapping, "--json"], { env: {} });
    onTestFinished(() => void child.kill("SIGKILL"));
    const ended = new Promise((done) => child.once("exit", done));
    const line = await new Promise<string>((done) => createInterface(child.stdout).once("line", done));
    const { passport, hotspot } = JSON.parse(line);
    expect(passport).toMatchObject({
      operatorId: OPERATOR,
      baseUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:/),
    });
    expect(hotspot.environment).toHaveProperty("HOTSPOT_COMPANY_TOKEN");
    writeFileSync(
      mapping,
      readFileSync(mapping, "utf8")
        .replace(vendors.passportUrl, passport.baseUrl)
        .replace(vendors.hotspotUrl, hotspot.baseUrl),
    );
    // The sandbox's process uses the machine's clock, so its tests do too.
    const tested = await runBin(
      ["test-plate", mapping, "--vendor", "passport", "--vendor", "hotspot", "--all"],
      { env: { ...passport.environment, ...hotspot.environment }, input: "y\n" },
    );
    expect(tested).toMatchObject({ code: 0, stdout: expect.stringContaining("3 of 3 locations passed") });
    child.kill("SIGINT");
    expect(await ended).toBe(0);
  });
});

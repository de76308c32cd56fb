import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  basicAuth,
  createPermitLookupHandler,
  createT2FlexProvider,
  issueCredentials,
  memoryDirectory,
  memoryPermits,
  parsePlate,
} from "../../src/index.ts";
import { type Listening, listen } from "../../src/sandbox/listen.ts";
import { command } from "./command-line.ts";

const { username, password, stored } = issueCredentials({ companyId: "fundy" });
const on = { enabled: true };
const permit = {
  id: "P-1",
  companyId: "fundy",
  plates: [parsePlate("GXK 204", { region: "NB" })],
  locationIds: ["lot-a"],
  validFrom: new Date("2026-01-01T00:00:00Z"),
  validTo: null,
  revision: 1,
};

let server: Listening;

beforeAll(async () => {
  const handler = createPermitLookupHandler({
    provider: createT2FlexProvider(),
    authorize: basicAuth({ find: (name) => (name === stored.id ? stored : undefined) }),
    directory: memoryDirectory({
      companies: [{ id: "fundy", name: "University of Fundy", providers: { "t2-flex": on } }],
      locations: [{ id: "lot-a", companyId: "fundy", name: "Lot A", providers: { "t2-flex": on } }],
    }),
    findPermits: memoryPermits([permit]).findPermits,
    clock: () => new Date("2026-11-21T15:00:00Z"),
  });
  server = await listen({ "/lookup": handler });
});
afterAll(() => server.close());

describe("lookup", () => {
  const environment = { LOOKUP_USERNAME: username, LOOKUP_PASSWORD: password };
  const lookup = (...args: string[]) => command(["lookup", `${server.url}/lookup`, ...args], { environment });

  it("shows what an officer sees", async () => {
    const { code, stdout } = await lookup("--plate", "gxk-204", "--state", "NB");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^ {2}plate {5}GXK204 NB\n {2}location {2}Lot A\n {2}permit {4}P-1\n {2}until {5}.*\nanswered in 0 ms\npermit: the officer sees a valid permit\n$/,
    );
    const none = await lookup("--plate", "NOBODY");
    expect(none).toMatchObject({ code: 1, stdout: expect.stringMatching(/^none: .*\n$/m) });
  });

  it("prints JSON", async () => {
    const { stdout } = await lookup("--plate", "GXK204", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      schema: "offstreet-enforcement/lookup",
      version: 1,
      verdict: { ok: true, mark: "good", text: "permit: the officer sees a valid permit" },
      shows: "permit",
      session: { permitId: "P-1" },
    });
    expect(JSON.parse((await lookup("--plate", "NOBODY", "--json")).stdout)).toMatchObject({
      verdict: { ok: false, mark: "attention", text: "none: the officer sees that there is no permit" },
      shows: "none",
    });
  });

  it("says how long the answer took, in whole milliseconds", async () => {
    const ask = (...args: string[]) =>
      command(["lookup", `${server.url}/lookup`, "--plate", "GXK204", ...args], {
        environment,
        monotonic: [1_000.2, 1_012.9],
      });
    expect((await ask()).stdout).toMatch(/\nanswered in 13 ms\npermit: the officer sees a valid permit\n$/);
    expect(JSON.parse((await ask("--json")).stdout)).toMatchObject({ tookMs: 13 });
  });

  it("distinguishes a refusal from a missing reply, and shows no secret", async () => {
    const wrong = await command(["lookup", `${server.url}/lookup`, "--plate", "GXK204"], {
      environment: { ...environment, LOOKUP_PASSWORD: "wrong-secret" },
    });
    expect(wrong).toMatchObject({ code: 1, stdout: expect.stringContaining("refused: status 401") });
    expect(wrong.stdout + wrong.stderr).not.toContain("wrong-secret");
    const gone = await command(["lookup", "http://127.0.0.1:9/lookup", "--plate", "GXK204"], { environment });
    expect(gone).toMatchObject({ code: 1, stdout: expect.stringContaining("unavailable: ") });
  });

  it.each([
    [["http://permits.example/lookup", "--plate", "A1"], "must be https"],
    [["https://u:p@permits.example/", "--plate", "A1"], "holds credentials"],
    [["permits.example", "--plate", "A1"], "must be an http or https address"],
    [["https://permits.example/"], "Say which plate"],
    [
      ["https://permits.example/", "--plate", "A1", "--dialect", "iris", "--scheme", "basic"],
      "has its own credentials",
    ],
    [["https://permits.example/", "--plate", "A1", "--timeout", "never"], "--timeout must be a number"],
  ])("refuses %j", async (args, said) => {
    const { code, stderr } = await command(["lookup", ...args], { environment });
    expect(code).toBe(2);
    expect(stderr).toContain(said);
    expect(stderr).not.toContain("u:p@");
  });

  it("reads its password from the environment only", async () => {
    const { code, stderr } = await command(["lookup", "https://permits.example/", "--plate", "A1"]);
    expect(code).toBe(2);
    expect(stderr).toContain("LOOKUP_PASSWORD");
  });
});

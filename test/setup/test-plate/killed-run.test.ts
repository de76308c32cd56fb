import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PushProvider } from "../../../src/core/provider.ts";
import type { FetchHandler } from "../../../src/sandbox/faults.ts";
import { type Listening, listen } from "../../../src/sandbox/listen.ts";
import { createSandbox } from "../../../src/sandbox/sandbox.ts";
import { fileEvidence } from "../../../src/setup/evidence/file-evidence.ts";
import { sweepTestPlates } from "../../../src/setup/test-plate/sweep-test-plates.ts";
import { createHotSpotProvider } from "../../../src/vendors/hotspot/provider.ts";
import { createPassportProvider } from "../../../src/vendors/passport/provider.ts";
import { OPERATOR_ID, SPOTS, ZONES } from "../campus-data.ts";

const SCRIPT = fileURLToPath(new URL("killed-run.ts", import.meta.url));

describe("a run whose process is killed", () => {
  const sandbox = () =>
    createSandbox({
      strict: true,
      passport: { operatorId: OPERATOR_ID, zones: ZONES },
      hotspot: { spotIds: SPOTS },
    });
  let vendors = sandbox();
  let folder = "";
  let server: Listening;
  let child: ChildProcess | undefined;
  /** Where a test delays the reply to a registration that was applied. */
  let holdAfter: string | undefined;
  let applied = Promise.withResolvers<void>();

  beforeEach(async () => {
    vendors = sandbox();
    folder = mkdtempSync(join(tmpdir(), "test-plate-"));
    holdAfter = undefined;
    applied = Promise.withResolvers();
    const held =
      (answer: FetchHandler): FetchHandler =>
      async (request) => {
        const response = await answer(request);
        if (holdAfter === undefined || !request.url.endsWith(holdAfter)) return response;
        applied.resolve();
        return new Promise<never>(() => {});
      };
    server = await listen({
      "/passport": held(vendors.passport.fetch),
      "/hotspot": held(vendors.hotspot.fetch),
    });
  });

  afterEach(async () => {
    child?.kill("SIGKILL");
    await server.close();
    rmSync(folder, { recursive: true });
  });

  function start(vendor: string): ChildProcess {
    const { clientId, clientSecret } = vendors.passport;
    child = spawn(process.execPath, [SCRIPT, vendor, `${server.url}/${vendor}`, folder], {
      env: { CLIENT_ID: clientId, CLIENT_SECRET: clientSecret, TOKEN: vendors.hotspot.token },
      stdio: ["ignore", "pipe", "inherit"],
    });
    return child;
  }

  /** The next message of the child. */
  async function word({ stdout }: ChildProcess): Promise<string> {
    if (stdout === null) throw new Error("The child has an output.");
    const [chunk] = await once(stdout, "data");
    return String(chunk).trim();
  }

  async function kill(running: ChildProcess): Promise<void> {
    const gone = once(running, "exit");
    running.kill("SIGKILL");
    expect(await gone).toEqual([null, "SIGKILL"]);
  }

  const shown = () => {
    const at = new Date();
    return {
      passport: vendors.passport.findSessions({ plate: "TEST123", at }).length,
      hotspot: vendors.hotspot.findPermits({ plate: "TEST123", at }).length,
      permits: readdirSync(folder).filter((name) => name.endsWith(".permit")).length,
    };
  };
  const NOTHING = { passport: 0, hotspot: 0, permits: 0 };

  const providers = (): PushProvider[] => {
    const { clientId, clientSecret } = vendors.passport;
    const client = { operatorId: OPERATOR_ID, clientId, clientSecret };
    return [
      createPassportProvider({ ...client, baseUrl: `${server.url}/passport` }),
      createHotSpotProvider({ token: vendors.hotspot.token, baseUrl: `${server.url}/hotspot` }),
    ];
  };
  const sweep = () =>
    sweepTestPlates({
      providers: providers(),
      evidence: fileEvidence(join(folder, "evidence.json")),
      permits: { remove: (id) => rmSync(join(folder, `${id}.permit`), { force: true }) },
    });

  it.each([
    ["hotspot", "asked"],
    ["passport", "registered"],
    ["t2-flex", "issued"],
  ])("at %s, between register and cancel, leaves nothing behind after the sweep", async (vendor, said) => {
    const running = start(vendor);
    expect(await word(running)).toBe(said);
    await kill(running);
    expect(Object.values(shown()).reduce((sum, count) => sum + count)).toBe(1);

    const swept = await sweep();
    expect(swept).toMatchObject([{ providerId: vendor, locationId: "lot-b", end: "cancelled" }]);
    expect(shown()).toEqual(NOTHING);
    expect(await sweep()).toEqual([]);
    expect(await fileEvidence(join(folder, "evidence.json")).list()).toMatchObject([{ state: "closed" }]);
  });

  it.each([
    ["hotspot", "/permits"],
    ["passport", "/events"],
  ])("at %s, before the reply to the registration, leaves nothing behind either", async (vendor, path) => {
    holdAfter = path;
    const running = start(vendor);
    await applied.promise;
    await kill(running);
    expect(Object.values(shown()).reduce((sum, count) => sum + count)).toBe(1);

    holdAfter = undefined;
    expect(await sweep()).toMatchObject([{ providerId: vendor, end: "cancelled" }]);
    expect(shown()).toEqual(NOTHING);
    // The repeat was recognised: there is one right, and it is over.
    expect(vendors.hotspot.permits.size + vendors.passport.sessions.size).toBe(1);
  });
});

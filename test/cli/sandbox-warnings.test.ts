import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { MAIN } from "./command-line.ts";

/** Serves the sandboxes, requests a token from Passport's twice like a client without trace ids, and stops. */
async function askWithoutTraceId(...flags: string[]) {
  const child = spawn(process.execPath, [MAIN, "sandbox", "--json", ...flags], { env: {} });
  onTestFinished(() => void child.kill("SIGKILL"));
  const stderr = text(child.stderr);
  const [line] = await once(createInterface(child.stdout), "line");
  const { passport } = JSON.parse(line);
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: passport.environment.PASSPORT_CLIENT_ID,
    client_secret: passport.environment.PASSPORT_CLIENT_SECRET,
    audience: "public.api.passportinc.com",
  });
  const statuses: number[] = [];
  for (let call = 0; call < 2; call += 1) {
    const reply = await fetch(`${passport.baseUrl}/v3/shared/access-tokens`, { method: "POST", body });
    statuses.push(reply.status);
  }
  child.kill("SIGINT");
  return { statuses, stderr: await stderr };
}

describe("sandbox", () => {
  it("carries out what only our reading would refuse, and warns about it once", async () => {
    const { statuses, stderr } = await askWithoutTraceId();

    expect(statuses).toEqual([200, 200]);
    expect(stderr.match(/^warning: Passport: POST .*Passport-Labs-Client-Trace-Id.*missing$/gm)).toHaveLength(
      1,
    );
  });

  it("refuses it with --strict", async () => {
    const { statuses, stderr } = await askWithoutTraceId("--strict");

    expect(statuses).toEqual([400, 400]);
    expect(stderr).not.toContain("warning");
  });
});

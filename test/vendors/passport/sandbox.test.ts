import { beforeEach, describe, expect, it } from "vitest";
import {
  createPassportSandbox,
  type PassportSandbox,
} from "../../../src/vendors/passport/sandbox/sandbox.ts";
import {
  type Client,
  changed,
  createClient,
  type Fields,
  JSON_TYPE,
  NOW,
  OPERATOR,
  started,
  zoneIdOf,
} from "./sandbox-client.ts";

let client: Client;
let sandbox: PassportSandbox;

beforeEach(async () => {
  client = createClient();
  sandbox = client.sandbox;
  await client.logIn();
});

describe("tokens", () => {
  it("are issued for JSON and for form credentials", async () => {
    const json = await client.logIn();
    const form = await client.call("/v3/shared/access-tokens", {
      method: "POST",
      body: new URLSearchParams(client.credentials()),
    });

    expect(json).toMatchObject({ token_type: "Bearer", expires_at: "2026-09-02T12:00:00.000Z" });
    expect(json.scope).toEqual(expect.any(String));
    expect(form.status).toBe(200);
  });

  it("state their lifetime when configured", async () => {
    const older = createClient({ tokenExpiry: "expires_in", tokenLifetimeSeconds: 90 });

    const reply = await older.logIn();

    expect(reply.expires_in).toBe(90);
    expect(reply).not.toHaveProperty("expires_at");
  });

  it.each<[string, Fields]>([
    ["a wrong grant type", { grant_type: "password" }],
    ["a wrong client", { client_id: "other" }],
    ["a wrong secret", { client_secret: "other" }],
    ["a wrong audience", { audience: "other" }],
    ["a missing audience", { audience: undefined }],
    ["an unknown field", { scope: "everything" }],
  ])("are refused for %s", async (_, change) => {
    const reply = await client.post("/v3/shared/access-tokens", { ...client.credentials(), ...change });

    expect(reply.status).toBe(401);
    expect(await reply.json()).toMatchObject({ type: "io.passportlabs:error:unauthorized" });
  });

  it.each<[string, RequestInit, number]>([
    ["a body that is not JSON", { headers: JSON_TYPE, body: "{" }, 400],
    ["a form field given twice", { body: new URLSearchParams("client_id=a&client_id=b") }, 400],
    ["a body of another type", { headers: { "content-type": "text/plain" }, body: "a" }, 415],
  ])("are refused for %s", async (_, init, status) => {
    const reply = await client.call("/v3/shared/access-tokens", { method: "POST", ...init });

    expect(reply.status).toBe(status);
  });

  it("stop working when they expire, are revoked, or the secret rotates", async () => {
    let now = NOW;
    const mortal = createClient({ clock: () => now });
    const zones = () => mortal.call(`/v3/shared/zones?operator_id=${OPERATOR}`).then(({ status }) => status);
    const statuses: number[] = [];

    await mortal.logIn();
    statuses.push(await zones());
    now = new Date(NOW.getTime() + 86_400_000);
    statuses.push(await zones());
    await mortal.logIn();
    statuses.push(await zones());
    mortal.sandbox.expireTokens();
    statuses.push(await zones());
    await mortal.logIn();
    const old = mortal.credentials();
    mortal.sandbox.setClientSecret("rotated");
    statuses.push(await zones());
    statuses.push((await mortal.post("/v3/shared/access-tokens", old)).status);
    await mortal.logIn();
    statuses.push(await zones());

    expect(statuses).toEqual([200, 401, 200, 401, 401, 401, 200]);
    expect(mortal.sandbox.clientSecret).toBe("rotated");
  });
});

describe("every request", () => {
  it.each<[string, string, RequestInit, number]>([
    ["an unknown path", "/v3/shared/nothing", {}, 404],
    ["another method", "/v3/shared/events", {}, 405],
    [
      "no trace id",
      `/v3/shared/zones?operator_id=${OPERATOR}`,
      { headers: { "passport-labs-client-trace-id": "" } },
      400,
    ],
    ["no token", "/v3/shared/zones", { headers: { authorization: "" } }, 401],
    ["an unknown token", "/v3/shared/zones", { headers: { authorization: "Bearer other" } }, 401],
    ["events that are not JSON", "/v3/shared/events", { method: "POST", headers: JSON_TYPE, body: "{" }, 400],
    ["events of another type", "/v3/shared/events", { method: "POST", body: "{}" }, 415],
  ])("with %s is refused as a problem", async (_, path, init, status) => {
    const reply = await client.call(path, init);

    expect(reply.status).toBe(status);
    expect(reply.headers.get("content-type")).toBe("application/problem+json");
    expect(await reply.json()).toMatchObject({
      type: expect.stringMatching(/^io\.passportlabs:error:[a-z_]+$/),
      title: expect.any(String),
      status,
      detail: expect.any(String),
      additional_details: expect.any(Array),
    });
  });

  it("is recorded without its query", async () => {
    await client.call(`/v4/enforcement/parking-rights?operator_id=${OPERATOR}&vehicle_plate=SECRET1`);

    expect(sandbox.requests.at(-1)).toEqual({
      method: "GET",
      path: "/passport/v4/enforcement/parking-rights",
      status: 200,
      traceId: "trace-1",
    });
    expect(JSON.stringify(sandbox.requests)).not.toContain("SECRET1");
  });

  it("rejects like fetch when it is already aborted", async () => {
    const signal = AbortSignal.abort(new Error("enough"));

    await expect(sandbox.fetch("https://passport.test/v3/shared/zones", { signal })).rejects.toThrow(
      "enough",
    );
  });
});

describe("zones", () => {
  const list = async (query: string, from = client) => {
    const reply = await from.call(`/v3/shared/zones?${query}`);
    return { status: reply.status, body: await reply.json() };
  };

  it("are all listed, whatever the limit, with constant ids", async () => {
    const { body } = await list(`operator_id=${OPERATOR}&limit=1`);

    expect(body.data).toHaveLength(2);
    expect(body.data[0]).toMatchObject({ number: "101", name: "Downtown Lot", operator_id: OPERATOR });
    expect(body.data[0].id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(createClient().sandbox.zones).toEqual(sandbox.zones);
  });

  it("end without a next page when the list is truncated", async () => {
    const short = createClient({ zonePaging: "truncated", zonePageSize: 1 });
    await short.logIn();

    const { body } = await list(`operator_id=${OPERATOR}&limit=500`, short);

    expect(Object.keys(body)).toEqual(["data"]);
    expect(body.data).toHaveLength(1);
  });

  it.each([
    ["no operator", "limit=5", 400],
    ["another operator", "operator_id=00000000-0000-4000-8000-000000000000", 403],
    ["a limit of nothing", `operator_id=${OPERATOR}&limit=0`, 400],
    ["an unknown parameter", `operator_id=${OPERATOR}&page=2`, 400],
    ["a parameter given twice", `operator_id=${OPERATOR}&limit=1&limit=2`, 400],
  ])("are refused for %s", async (_, query, status) => {
    expect((await list(query)).status).toBe(status);
  });
});

describe("parking rights", () => {
  const read = async (query: string) => {
    const reply = await client.call(`/v4/enforcement/parking-rights?operator_id=${OPERATOR}${query}`);
    return { status: reply.status, body: await reply.json() };
  };

  it("include all that have not ended, foreign rights included", async () => {
    const zone = zoneIdOf(sandbox);
    await client.send("started", started(sandbox));
    await client.send(
      "started",
      started(sandbox, { session_id: "old", end_time: "2026-09-01T12:00:00.000Z" }),
    );
    sandbox.addForeignSession({
      sessionId: "theirs",
      zoneId: zone,
      plate: "ABC123",
      state: "NB",
      startTime: NOW,
      endTime: new Date("2026-09-02T00:00:00.000Z"),
    });

    const { body } = await read(`&zone_id=${zone}&vehicle_plate=ABC123&vehicle_state=NB`);

    expect(body.data.map((right: Fields) => right["reference_id"])).toEqual(["session-1", "theirs"]);
    expect(body.data[0]).toEqual({
      id: expect.any(String),
      operator_id: OPERATOR,
      zone_id: zone,
      type: "parking_session",
      start_time: "2026-09-01T08:00:00.000Z",
      end_time: "2026-09-01T18:00:00.000Z",
      vehicle: { vehicle_plate: "ABC123", vehicle_state: "NB", vehicle_country: "CA" },
      space_number: null,
      reference_id: "session-1",
    });
    expect((await read("&vehicle_plate=OTHER")).body).toEqual({ data: [] });
    expect((await read("&space_number=12")).body).toEqual({ data: [] });
  });

  it("are refused without the scope", async () => {
    sandbox.readBack = false;

    expect((await read("")).status).toBe(403);
    expect(sandbox.readBack).toBe(false);
  });

  it("are refused for an unknown zone or parameter", async () => {
    expect((await read("&zone_id=nowhere")).status).toBe(422);
    expect((await read("&plate=A")).status).toBe(400);
  });
});

describe("a foreign session", () => {
  it("is visible to officers and cannot be changed by the client", async () => {
    const zoneId = zoneIdOf(sandbox);
    const span = {
      startTime: new Date("2026-09-01T08:00:00.000Z"),
      endTime: new Date("2026-09-01T18:00:00.000Z"),
    };
    sandbox.addForeignSession({ sessionId: "theirs", zoneId, plate: "ABC123", state: "NB", ...span });

    const stop = await client.send("stopped", changed(sandbox, { session_id: "theirs" }));
    const start = await client.send("started", started(sandbox, { session_id: "theirs" }));

    expect([stop.status, start.status]).toEqual([404, 409]);
    expect(sandbox.findSessions({ zoneId, at: NOW })).toMatchObject([{ sessionId: "theirs", foreign: true }]);
    expect(sandbox.sessions.size).toBe(0);
  });
});

describe("options", () => {
  it.each<[string, () => unknown, string]>([
    ["an unknown one", () => createPassportSandbox(Object.assign({ zones: [] }, { zone: [] })), '"zone"'],
    [
      "an operator in capitals",
      () => createPassportSandbox({ operatorId: OPERATOR.toUpperCase() }),
      "operatorId",
    ],
    [
      "two zones with one id",
      () =>
        createPassportSandbox({
          zones: [
            { number: "1", name: "A" },
            { number: "1", name: "B" },
          ],
        }),
      "zones[1].id",
    ],
  ])("are refused for %s", (_, create, words) => {
    expect(create).toThrow(words);
  });
});

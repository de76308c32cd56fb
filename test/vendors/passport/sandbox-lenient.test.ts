import { describe, expect, it } from "vitest";
import { createSandbox } from "../../../src/sandbox/sandbox.ts";
import {
  type Client,
  changed,
  createClient,
  type Fields,
  JSON_TYPE,
  OPERATOR,
  started,
} from "./sandbox-client.ts";

// Where only our reading of Passport is stricter than the known facts: carried out with a warning, refused when strict.

const logIn = async (strict: boolean) => {
  const client = createClient({ strict });
  await client.logIn();
  return client;
};

const without = (fields: Fields, ...names: string[]) =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

type Send = (client: Client) => Promise<Response>;

const DEVIATIONS: readonly [string, string, Send][] = [
  [
    "no trace id",
    "Passport-Labs-Client-Trace-Id: the header is missing",
    ({ call }) =>
      call(`/v3/shared/zones?operator_id=${OPERATOR}`, { headers: { "passport-labs-client-trace-id": "" } }),
  ],
  [
    "a query parameter of its own",
    "page: unknown query parameter",
    ({ call }) => call(`/v3/shared/zones?operator_id=${OPERATOR}&page=1`),
  ],
  [
    "a limit that is no number",
    "limit: must be a whole number",
    ({ call }) => call(`/v3/shared/zones?operator_id=${OPERATOR}&limit=all`),
  ],
  [
    "a token request without an audience",
    "credentials are not accepted",
    ({ post, credentials }) => post("/v3/shared/access-tokens", { ...credentials(), audience: undefined }),
  ],
  [
    "a token request with a scope",
    "credentials are not accepted",
    ({ post, credentials }) => post("/v3/shared/access-tokens", { ...credentials(), scope: "everything" }),
  ],
  [
    "events that are not said to be JSON",
    "Send JSON",
    ({ call, sandbox }) =>
      call("/v3/shared/events", {
        method: "POST",
        body: JSON.stringify({ type: "parking_session_started", version: "3.0.0", data: [started(sandbox)] }),
      }),
  ],
  [
    "events of another version",
    'version: must be "3.0.0"',
    ({ post, sandbox }) =>
      post("/v3/shared/events", {
        type: "parking_session_started",
        version: "3.1.0",
        data: [started(sandbox)],
      }),
  ],
  ["a field of its own", "data[0] body: unknown field", (client) => start(client, { colour: "red" })],
  [
    "a time without milliseconds",
    "data[0] occurred_at: must be RFC 3339 in UTC",
    (client) => start(client, { occurred_at: "2026-09-01T11:00:00Z" }),
  ],
  [
    "a time with an offset",
    "data[0] end_time: must be RFC 3339 in UTC",
    (client) => start(client, { end_time: "2026-09-01T15:00:00.000-03:00" }),
  ],
  [
    "no fees",
    "data[0] event_fees",
    ({ send, sandbox }) => send("started", without(started(sandbox), "event_fees")),
  ],
  [
    "fees as numbers",
    "data[0] event_fees.tax",
    (client) => start(client, { event_fees: { ...fees(client), tax: 0 } }),
  ],
  [
    "a plate in lower case",
    "data[0] vehicle.vehicle_plate",
    (client) => start(client, { vehicle: { vehicle_plate: "abc-123", vehicle_state: "NB" } }),
  ],
  [
    "a state in full",
    "data[0] vehicle.vehicle_state",
    (client) => start(client, { vehicle: { vehicle_plate: "ABC123", vehicle_state: "New Brunswick" } }),
  ],
  [
    "an operator in upper case",
    "data[0] operator_id: must be a lower-case UUID",
    (client) => start(client, { operator_id: OPERATOR.toUpperCase() }),
  ],
  [
    "an extension without total fees",
    "data[0] total_session_fees",
    async ({ send, sandbox }) => {
      await send("started", started(sandbox));
      return send("extended", without(changed(sandbox), "total_session_fees"));
    },
  ],
  [
    "an extension that names another start",
    "data[0] start_time: differs",
    async ({ send, sandbox }) => {
      await send("started", started(sandbox));
      return send("extended", changed(sandbox, { start_time: "2026-09-01T09:00:00.000Z" }));
    },
  ],
];

const start = ({ send, sandbox }: Client, fields: Fields) => send("started", started(sandbox, fields));
const fees = ({ sandbox }: Client) => started(sandbox)["event_fees"] as Fields;

describe.each(DEVIATIONS)("%s", (_, words, send) => {
  it("is carried out, with a warning in the state and with the request", async () => {
    const client = await logIn(false);

    const reply = await send(client);

    expect(reply.status).toBe(200);
    expect(client.sandbox.warnings).toEqual([expect.stringContaining(words)]);
    expect(client.sandbox.requests.at(-1)?.warnings).toEqual([expect.stringContaining(words)]);
    expect(client.sandbox.warnings.join()).not.toMatch(/ABC123|abc-123|Brunswick/);
  });

  it("is refused when strict", async () => {
    const client = await logIn(true);

    const reply = await send(client);

    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(await reply.json()).toMatchObject({ type: expect.stringContaining("io.passportlabs:error:") });
    expect(client.sandbox.warnings).toEqual([]);
  });
});

describe("leniency", () => {
  it("refuses requests that cannot be carried out at all", async () => {
    const client = await logIn(false);
    const { sandbox, send, post } = client;
    const refused = [
      await send("started", without(started(sandbox), "session_id")),
      await send("started", without(started(sandbox), "vehicle")),
      await send("started", without(started(sandbox), "passport_zone_id")),
      await send("started", started(sandbox, { external_zone_id: "lot-1" })),
      await send("started", started(sandbox, { end_time: "soon" })),
      await send("started", started(sandbox, { end_time: "2026-09-01T18:00:00" })),
      await send("started", started(sandbox, { end_time: "2026-09-01T08:00:00.000Z" })),
      await send("started", started(sandbox, { passport_zone_id: "99999999-9999-4999-8999-999999999999" })),
      await send("extended", changed(sandbox)),
      await post("/v3/shared/events", { type: "parking_session_paused", data: [{}] }),
    ];

    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 400, 400, 422, 404, 400]);
    expect(sandbox.sessions.size).toBe(0);
  });

  it("accepts the requests of a client that is known to work: no trace id anywhere", async () => {
    const { sandbox } = createClient({ strict: false });
    const base = "https://passport.test";
    const credentials = {
      grant_type: "client_credentials",
      client_id: sandbox.clientId,
      client_secret: sandbox.clientSecret,
      audience: "public.api.passportinc.com",
    };
    const token = await sandbox.fetch(`${base}/v3/shared/access-tokens`, {
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify(credentials),
    });
    const authorization = `Bearer ${(await token.json()).access_token}`;
    const pushed = await sandbox.fetch(`${base}/v3/shared/events`, {
      method: "POST",
      headers: { ...JSON_TYPE, authorization },
      body: JSON.stringify({ type: "parking_session_started", version: "3.0.0", data: [started(sandbox)] }),
    });

    expect(pushed.status).toBe(200);
    expect(sandbox.sessions.size).toBe(1);
    expect(sandbox.warnings).toHaveLength(2);
  });

  it("accepts more than a hundred events, unless a limit is set", async () => {
    const events = ({ sandbox }: Client) =>
      Array.from({ length: 101 }, (_, index) => started(sandbox, { session_id: `session-${index}` }));
    const lenient = await logIn(false);
    const strict = await logIn(true);
    const limited = createClient({ strict: false, maxBatch: 100 });
    await limited.logIn();

    expect((await lenient.send("started", ...events(lenient))).status).toBe(200);
    expect(lenient.sandbox.warnings).toEqual([expect.stringContaining("At most 100 events")]);
    expect((await strict.send("started", ...events(strict))).status).toBe(413);
    expect((await limited.send("started", ...events(limited))).status).toBe(413);
  });

  it("is the default, of one sandbox and of all together, which report their warnings", async () => {
    const warned: string[] = [];
    const zonesWithoutTrace = async (sandbox: ReturnType<typeof createSandbox>) => {
      const reply = await sandbox.fetch("https://sandbox.test/passport/v3/shared/access-tokens", {
        method: "POST",
        headers: JSON_TYPE,
        body: JSON.stringify({
          grant_type: "client_credentials",
          client_id: sandbox.passport.clientId,
          client_secret: sandbox.passport.clientSecret,
          audience: "public.api.passportinc.com",
        }),
      });
      return reply.status;
    };

    expect(await zonesWithoutTrace(createSandbox({ onWarning: (warning) => warned.push(warning) }))).toBe(
      200,
    );
    expect(await zonesWithoutTrace(createSandbox({ strict: true }))).toBe(400);
    expect(await zonesWithoutTrace(createSandbox({ strict: true, passport: { strict: false } }))).toBe(200);
    expect(await zonesWithoutTrace(createSandbox({ passport: { strict: true } }))).toBe(400);
    expect(warned).toEqual([
      "Passport: POST /passport/v3/shared/access-tokens: Passport-Labs-Client-Trace-Id: the header is missing",
    ]);
  });
});

import {
  createPassportSandbox,
  type PassportSandbox,
  type PassportSandboxOptions,
} from "../../../src/vendors/passport/sandbox/sandbox.ts";

export const OPERATOR = "3f1d1d7e-0f52-4a5e-9f3b-0d2c6f3f1a10";
export const NOW = new Date("2026-09-01T12:00:00.000Z");
export const FEES = { parking_fee: "0.00", convenience_fee: "0.00", tax: "0.00", currency_code: "CAD" };
const TRACE = { "passport-labs-client-trace-id": "trace-1" };
export const JSON_TYPE = { "content-type": "application/json" };

/** Fields of a body. */
export interface Fields {
  [field: string]: unknown;
}

/** A client of a new sandbox with two zones, and the requests that most tests need. */
export function createClient(options: PassportSandboxOptions = {}) {
  const sandbox = createPassportSandbox({
    operatorId: OPERATOR,
    zones: [
      { number: "101", name: "Downtown Lot", externalId: "lot-1" },
      { number: "102", name: "Library" },
    ],
    clock: () => NOW,
    strict: true,
    ...options,
  });
  let token = "";

  const call = (path: string, init: RequestInit = {}) =>
    sandbox.fetch(`https://passport.test/passport${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${token}`,
        ...TRACE,
        ...Object.fromEntries(new Headers(init.headers)),
      },
    });
  const post = (path: string, body: unknown) =>
    call(path, { method: "POST", headers: JSON_TYPE, body: JSON.stringify(body) });
  const credentials = () => ({
    grant_type: "client_credentials",
    client_id: sandbox.clientId,
    client_secret: sandbox.clientSecret,
    audience: "public.api.passportinc.com",
  });
  const logIn = async () => {
    const reply = await (await post("/v3/shared/access-tokens", credentials())).json();
    token = reply.access_token;
    return reply;
  };
  const send = (type: string, ...data: unknown[]) =>
    post("/v3/shared/events", { type: `parking_session_${type}`, version: "3.0.0", data });

  return { sandbox, call, post, credentials, logIn, send };
}

export type Client = ReturnType<typeof createClient>;

export const zoneIdOf = (sandbox: PassportSandbox, number = "101") =>
  sandbox.zones.find((zone) => zone.number === number)?.id ?? "";

/** An event that the sandbox accepts, except the given fields. */
export function started(sandbox: PassportSandbox, fields: Fields = {}): Fields {
  return {
    occurred_at: "2026-09-01T11:00:00.000Z",
    session_id: "session-1",
    operator_id: OPERATOR,
    passport_zone_id: zoneIdOf(sandbox),
    start_time: "2026-09-01T08:00:00.000Z",
    end_time: "2026-09-01T18:00:00.000Z",
    vehicle: { vehicle_plate: "ABC123", vehicle_state: "NB", vehicle_country: "CA" },
    event_fees: FEES,
    ...fields,
  };
}

/** An extension or stop of {@link started} that the sandbox accepts, except the given fields. */
export const changed = (sandbox: PassportSandbox, fields: Fields = {}): Fields =>
  started(sandbox, {
    occurred_at: "2026-09-01T11:30:00.000Z",
    end_time: "2026-09-01T20:00:00.000Z",
    total_session_fees: FEES,
    ...fields,
  });

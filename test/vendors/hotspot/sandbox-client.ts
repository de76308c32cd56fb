import {
  createHotSpotSandbox,
  type HotSpotSandboxOptions,
} from "../../../src/vendors/hotspot/sandbox/sandbox.ts";

/** The fixed instant of the sandbox's clock. */
export const NOW = new Date("2026-09-01T12:00:00Z");

/** Fields of a body. */
export interface Change {
  [field: string]: unknown;
}

/** The body of a create in the default contract. */
export const create = (change: Change = {}): Change => ({
  PermitReference: "permit-1",
  Plate: "ABC123",
  Region: "NB",
  Country: "CA",
  SpotID: "01428",
  StartTime: "2026-09-01T08:00:00-03:00",
  EndTime: "2026-09-01T18:00:00-03:00",
  ...change,
});

/** The body of an update or a cancel in the default contract. */
export const change = (fields: Change = {}): Change => ({
  PermitReference: "permit-1",
  EndTime: "2026-09-01T20:00:00-03:00",
  ...fields,
});

/** A strict sandbox, and a client that posts JSON to it. */
export function createClient(options: HotSpotSandboxOptions = {}) {
  const sandbox = createHotSpotSandbox({
    spotIds: ["01428", "15320"],
    token: "token-1",
    clock: () => NOW,
    strict: true,
    ...options,
  });
  const call = (path: string, init: RequestInit) =>
    sandbox.fetch(`https://hotspot.test/hotspot${path}`, { method: "POST", ...init });
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const response = await call(path, {
      headers: { authorization: `Bearer ${sandbox.token}`, "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  return { sandbox, call, post };
}

import { setupServer } from "msw/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { sandboxHandlers } from "../../src/testing/sandbox-handlers.ts";
import { createHotSpotProvider } from "../../src/vendors/hotspot/provider.ts";
import { createPassportProvider } from "../../src/vendors/passport/provider.ts";
import { failureOf, sampleRegistration } from "../support/registrations.ts";

const zone = { id: "11111111-1111-4111-8111-111111111111", number: "101", name: "Downtown Lot" };
const sandbox = createSandbox({ strict: true, passport: { zones: [zone] }, hotspot: { spotIds: ["00142"] } });
const server = setupServer(
  ...sandboxHandlers(sandbox, {
    passport: "https://api.us.passportinc.com",
    hotspot: "https://hotspot.test/push/",
  }),
);

beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterAll(() => server.close());

const { operatorId, clientId, clientSecret } = sandbox.passport;
const passport = createPassportProvider({ operatorId, clientId, clientSecret, retries: 0 });
const hotspot = createHotSpotProvider({
  baseUrl: "https://hotspot.test/push",
  token: sandbox.hotspot.token,
  retries: 0,
});

describe("sandboxHandlers", () => {
  it("answer in place of the vendors", async () => {
    await passport.register(sampleRegistration());
    await hotspot.register(sampleRegistration({ target: "00142" }));

    expect([sandbox.passport.sessions.size, sandbox.hotspot.permits.size]).toEqual([1, 1]);
  });

  it("break the connection where a fault does", async () => {
    sandbox.passport.faults.add({ kind: "reset-after", path: "/events" });

    const error = await failureOf(() => passport.register(sampleRegistration({ permitId: "P-2" })));

    expect(error).toMatchObject({ code: "unavailable", outcome: "unknown", status: undefined });
    expect(sandbox.passport.sessions.size).toBe(2);
  });

  it("are created for the requested vendors only", () => {
    expect(sandboxHandlers(sandbox, {})).toEqual([]);
    expect(sandboxHandlers(sandbox, { hotspot: "https://hotspot.test" })).toHaveLength(1);
  });

  it.each<[string, unknown]>([
    ["baseUrls", { opsman: "https://passport.test" }],
    ["baseUrls.passport", { passport: 7 }],
    ["baseUrls.hotspot", { hotspot: "nowhere" }],
  ])("name %s when it is wrong", async (field, baseUrls) => {
    expect(await failureOf(() => sandboxHandlers(sandbox, baseUrls as never))).toMatchObject({
      code: "invalid_input",
      field,
    });
  });
});

import { type Company, type Location, memoryDirectory } from "../../src/core/directory/directory.ts";
import type { EnforcementProvider } from "../../src/core/provider.ts";
import { apiKeyAuth, basicAuth } from "../../src/lookup/auth/authorizers.ts";
import { issueCredentials } from "../../src/lookup/auth/issue-credentials.ts";
import { createPermitLookupHandler } from "../../src/lookup/handler.ts";
import { memoryPermits } from "../../src/lookup/memory-permits.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { memoryEvidence } from "../../src/setup/evidence/evidence.ts";
import { type FixedClock, fixedClock } from "../../src/testing/fixed-clock.ts";
import { createHotSpotProvider } from "../../src/vendors/hotspot/provider.ts";
import { createPassportProvider } from "../../src/vendors/passport/provider.ts";
import { createT2FlexProvider } from "../../src/vendors/t2-flex/provider.ts";
import { COMPANY, LOCATIONS, OPERATOR_ID, SPOTS, ZONES } from "./campus-data.ts";

/** One company, its three locations, and the sandboxes of three vendors with the matching data. */
export function createCampus(options: { locations?: readonly Location[]; company?: Company } = {}) {
  const { locations = LOCATIONS, company = COMPANY } = options;
  const clock: FixedClock = fixedClock("2026-09-15T12:00:00Z");
  const sandbox = createSandbox({
    strict: true,
    clock,
    passport: { operatorId: OPERATOR_ID, zones: ZONES },
    hotspot: { spotIds: SPOTS, strict: true },
  });
  const { clientId, clientSecret } = sandbox.passport;
  const common = { clock, retries: 0, fetch: sandbox.fetch as typeof fetch };
  const passport = createPassportProvider({
    ...common,
    operatorId: OPERATOR_ID,
    clientId,
    clientSecret,
    baseUrl: "https://sandbox.test/passport",
  });
  const hotspot = createHotSpotProvider({
    ...common,
    token: sandbox.hotspot.token,
    baseUrl: "https://sandbox.test/hotspot",
  });
  const flex = createT2FlexProvider();
  const directory = memoryDirectory({ companies: [company], locations });
  const permits = memoryPermits([]);
  const { username, password, stored } = issueCredentials({ companyId: company.id });
  const handler = createPermitLookupHandler({
    provider: flex,
    directory,
    findPermits: permits.findPermits,
    clock,
    authorize: [
      basicAuth({ find: (name) => (name === stored.id ? stored : undefined) }),
      apiKeyAuth({ find: (hash) => (stored.hashes.includes(hash) ? stored : undefined) }),
    ],
  });
  const credentials = { username, password };
  return {
    clock,
    sandbox,
    passport,
    hotspot,
    flex,
    directory,
    permits,
    handler,
    credentials,
    company,
    locations,
    evidence: memoryEvidence(),
    /** The options of every test-plate run of a provider. */
    place: (provider: EnforcementProvider, locationId = "lot-a") => ({
      directory,
      companyId: company.id,
      locationId,
      clock,
      ...(provider.delivery === "pull" ? { permits, lookup: { handler, credentials } } : {}),
    }),
    /** The test plate's rights that an officer would see now. */
    shown: () => ({
      passport: sandbox.passport.findSessions({ plate: "TEST123", at: clock() }).length,
      hotspot: sandbox.hotspot.findPermits({ plate: "TEST123", at: clock() }).length,
      flex: permits.size,
    }),
  };
}

export const NOTHING_SHOWN = { passport: 0, hotspot: 0, flex: 0 };

import type { Company, Location } from "../../../src/core/directory/directory.ts";
import { memoryDirectory } from "../../../src/core/directory/directory.ts";
import type { Permit } from "../../../src/core/permit/permit.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { LookupAudit } from "../../../src/lookup/audit.ts";
import { apiKeyAuth, basicAuth, bearerAuth } from "../../../src/lookup/auth/authorizers.ts";
import { issueCredentials } from "../../../src/lookup/auth/issue-credentials.ts";
import {
  createPermitLookupHandler,
  type FindPermits,
  type PermitLookupHandler,
  type PermitLookupOptions,
} from "../../../src/lookup/handler.ts";
import { memoryPermits } from "../../../src/lookup/memory-permits.ts";
import { createT2FlexProvider } from "../../../src/vendors/t2-flex/provider.ts";
import { BUILT_IN_DIALECTS, type BuiltInDialect } from "../../support/built-in-dialects.ts";
import { minutes, now } from "../campus.ts";
import type { Login } from "./fuzz-requests.ts";

/** Every text of company B contains it. No reply to company A may contain it, in any spelling. */
export const MARKER = "xq7marker";

export const FOREIGN_PLATE = "XQ7MARKER";
export const FOREIGN_LOCATION = "xq7marker-lot";

const on = { "t2-flex": { enabled: true } };
const companies: Company[] = [
  { id: "fundy", name: "University of Fundy", providers: on },
  { id: "b-xq7marker", name: "xq7marker College", providers: on },
];
const locations: Location[] = [
  { id: "lot-1", companyId: "fundy", name: "Lot 1", region: "CA-NB", providers: on },
  { id: "lot-2", companyId: "fundy", name: "Lot 2", providers: on },
  { id: "closed", companyId: "fundy", name: "Closed", providers: {} },
  { id: FOREIGN_LOCATION, companyId: "b-xq7marker", name: "xq7marker Lot", providers: on },
];

const term = { validFrom: minutes(-60), validTo: minutes(60), revision: 1 };
const plate = (text: string) => [parsePlate(text)];
const own: Permit[] = [
  { id: "P-1", companyId: "fundy", plates: plate("GXK 204"), locationIds: ["lot-1", "lot-2"], ...term },
  {
    id: "P-2",
    companyId: "fundy",
    plates: plate("OLD 1"),
    locationIds: ["lot-2"],
    ...term,
    validTo: minutes(-5),
  },
];
// The same plates too, and a permit that claims to be valid at a lot of company A.
const foreign: Permit[] = ["GXK 204", "OLD 1", "ABC 123", FOREIGN_PLATE].map((text, index) => ({
  id: `xq7marker-${index}`,
  companyId: "b-xq7marker",
  plates: plate(text),
  locationIds: index % 2 === 0 ? [FOREIGN_LOCATION] : [FOREIGN_LOCATION, "lot-1"],
  ...term,
  holder: "xq7marker",
  vehicle: { make: "xq7marker", color: "xq7marker" },
}));

/** A handler of company A, and the kind of its source. */
export interface FuzzedHandler {
  readonly handler: PermitLookupHandler;
  /** The options that it was created with. */
  readonly options: PermitLookupOptions;
  readonly isSourceBroken: boolean;
}

export interface FuzzWorld {
  readonly login: Login;
  readonly handlers: readonly FuzzedHandler[];
  /** The record of the last request. */
  readonly lastAudit: () => LookupAudit | undefined;
}

/** Company A's handlers: over memory, over a source that returns every company's permits, and over one that fails. */
export function createFuzzWorld(dialect: BuiltInDialect): FuzzWorld {
  const { username, password, stored } = issueCredentials({ companyId: "fundy" });
  const byHash = (hash: string) => (stored.hashes.includes(hash) ? stored : undefined);
  let audit: LookupAudit | undefined;
  const open = (findPermits: FindPermits, isSourceBroken = false): FuzzedHandler => {
    const options: PermitLookupOptions = {
      provider: createT2FlexProvider({ dialect: BUILT_IN_DIALECTS[dialect] }),
      authorize: [
        apiKeyAuth({ find: byHash }),
        basicAuth({ find: (name) => (name === username ? stored : undefined) }),
        bearerAuth({ find: byHash }),
      ],
      directory: {
        getCompany: memoryDirectory({ companies, locations }).getCompany,
        // Careless too: it returns every company's locations.
        listLocations: () => locations,
      },
      findPermits,
      publicUrl: "https://lookup.test",
      clock: () => now,
      onAnswer: (record) => {
        audit = record;
      },
    };
    return { isSourceBroken, options, handler: createPermitLookupHandler(options) };
  };
  const everything = [...own, ...foreign];
  return {
    login: { username, key: password },
    handlers: [
      open(memoryPermits(everything).findPermits),
      open(() => everything),
      open(async () => new Set(foreign.concat(own))),
      open(() => {
        throw new Error(MARKER);
      }, true),
      open(() => Promise.reject(new Error(MARKER)), true),
    ],
    lastAudit: () => audit,
  };
}

import { createHash } from "node:crypto";
import type * as library from "../../../src/index.ts";
import type { HostEvent } from "./journal.ts";

// Only types of the library are imported here: other runtimes load this file with the built library.

/** The library under test: its source here, its build in other runtimes. */
export type Library = Pick<
  typeof library,
  | "apiKeyAuth"
  | "createPermitLookupHandler"
  | "createT2FlexProvider"
  | "memoryDirectory"
  | "memoryPermits"
  | "parsePlate"
>;

/** The lookup's address in every host that has no prefix. */
export const PATHNAME = "/lookup";

/** The address at which the body is consumed before the lookup runs. */
export const CONSUMED_PATHNAME = "/consumed";

/** The API key that every host accepts. */
export const KEY = "a-key-that-every-host-of-the-suite-accepts";

/** A plate whose lookup waits until its signal is aborted. */
export const SLOW_PLATE = "SLOW1";

/** Names whose length in characters differs from that in bytes. */
export const LOCATION_NAME = "Stationnement Île-d’Orléans 🅿";
export const COMPANY_NAME = "Université de Fundy — Été";

/** Creates the handler that every host serves. It reports its records to `report`. */
export function createServedLookup(
  { parsePlate, ...make }: Library,
  options: { pathname: string; report: (event: HostEvent) => void },
): library.PermitLookupHandler {
  const { pathname, report } = options;
  const providers = { "t2-flex": { enabled: true } };
  const { dialect } = make.createT2FlexProvider();
  const stored = {
    id: "suite",
    companyId: "fundy",
    hashes: [createHash("sha256").update(KEY).digest("hex")],
  };
  const { findPermits } = make.memoryPermits([
    {
      id: "P-1",
      companyId: "fundy",
      plates: [parsePlate("GXK 204")],
      locationIds: ["orleans"],
      validFrom: "2026-01-01T00:00:00Z",
      validTo: null,
      revision: 1,
    },
  ]);
  return make.createPermitLookupHandler({
    provider: make.createT2FlexProvider({
      dialect: {
        ...dialect,
        parseQuery(request) {
          report({ type: "parsed", path: request.path, query: request.query });
          return dialect.parseQuery(request);
        },
      },
    }),
    authorize: make.apiKeyAuth({ find: (hash) => (stored.hashes.includes(hash) ? stored : undefined) }),
    directory: make.memoryDirectory({
      companies: [{ id: "fundy", name: COMPANY_NAME, providers }],
      locations: [{ id: "orleans", companyId: "fundy", name: LOCATION_NAME, region: "CA-QC", providers }],
    }),
    findPermits(query) {
      if (query.plateNumbers[0] !== SLOW_PLATE) return findPermits(query);
      const { signal } = query;
      return new Promise(() => {
        signal.addEventListener("abort", () => report({ type: "cancelled", reason: signal.reason.name }));
        report({ type: "waiting" });
      });
    },
    publicUrl: `https://lookup.example${pathname}`,
    // Longer than a test waits: a slow lookup ends when the client disconnects.
    deadlineMs: 60_000,
    onAnswer: (audit) => report({ type: "audit", audit }),
  });
}

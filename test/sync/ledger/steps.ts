import fc from "fast-check";
import type { Intent, ProviderState, RegistrationState } from "../../../src/sync/ledger/delivery.ts";
import type { LedgerChange } from "../../../src/sync/ledger/ledger.ts";
import { deliveryOf, minute, permitOf, rightAt } from "./fixtures.ts";

/** What may happen to a ledger. `pick` chooses among what there is when the step is taken. */
export type Step =
  | { kind: "record"; changes: ((now: number) => LedgerChange)[]; isUrgent: boolean }
  | { kind: "makeDue"; companyId: string; providerIds: string[] }
  | { kind: "claim"; providerId: string; limit: number; leaseMs: number }
  | { kind: "claimOne"; providerId: string; permitId: string; leaseMs: number }
  | { kind: "save"; picks: SavePick[] }
  | { kind: "erase"; back: number; limit: number }
  | { kind: "clock"; minutes: number }
  | { kind: "reopen" };

export interface SavePick {
  readonly pick: number;
  readonly delivery: (permitId: string, providerId: string) => ProviderState;
  /** Undefined: the claim is kept. Minutes from now; null: when something changes. */
  readonly release?: { readonly dueIn: number | null; readonly settled: boolean };
}

export const PROVIDER_IDS = ["passport", "hotspot"];
export const COMPANY_IDS = ["university", "city"];
export const PERMIT_IDS = ["p0", "p1", "p2", "p3", "p4"];
export const PLATE_NUMBERS = ["AAA1", "BBB2", "CCC3"];
export const TARGETS = ["Zone 1", "Zone 2", "Zone 3"];

const permitId = fc.constantFrom(...PERMIT_IDS);
const providerId = fc.constantFrom(...PROVIDER_IDS);
const companyId = fc.constantFrom(...COMPANY_IDS);
const leaseMs = fc.constantFrom(60_000, 600_000);

const permit = fc.record({
  ...{ id: permitId, revision: fc.integer({ min: 0, max: 4 }) },
  companyId: fc.oneof({ weight: 6, arbitrary: fc.constant("university") }, companyId),
  plates: fc
    .subarray(PLATE_NUMBERS, { minLength: 1 })
    .map((numbers) => numbers.map((number) => ({ raw: number.toLowerCase(), number }))),
  validTo: fc.constantFrom(minute(3), minute(20), minute(600), null),
});

const change: fc.Arbitrary<(now: number) => LedgerChange> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({
        ...{ permit, kind: fc.constantFrom("issue" as const, "revise" as const) },
        providerIds: fc.subarray(PROVIDER_IDS),
      })
      .map(({ permit: given, kind, providerIds }) => (now: number) => ({
        ...{ kind, permit: permitOf(given), providerIds, at: minute(now) },
      })),
  },
  fc
    .record({ permitId, kind: fc.constantFrom("revoke" as const, "forget" as const) })
    .map((given) => (now: number) => ({ ...given, at: minute(now) })),
);

const intent: fc.Arbitrary<Intent | null> = fc.option(
  fc.record({
    operation: fc.constantFrom("register" as const, "amend" as const, "cancel" as const),
    ...{ at: fc.constant(minute(0).toISOString()), attempts: fc.nat({ max: 3 }) },
    validTo: fc.constantFrom(minute(4).toISOString(), minute(30).toISOString(), null),
    notBefore: fc.constantFrom(null, minute(2).toISOString()),
  }),
);

const right: fc.Arbitrary<RegistrationState> = fc
  .record({
    ...{ target: fc.constantFrom(...TARGETS), isAcknowledged: fc.boolean(), intent },
    coveredUntil: fc.constantFrom(2, 10, 600),
    doubt: fc.constantFrom(undefined, undefined, undefined, 15),
    failure: fc.constantFrom<("open" | "dismissed" | null)[]>(null, null, "open", "dismissed"),
    ...{ failedAt: fc.nat({ max: 20 }), generation: fc.nat({ max: 3 }) },
  })
  .map(({ target, isAcknowledged, intent: open, coveredUntil, doubt, failure, failedAt, generation }) => {
    const made = rightAt(target);
    const registration = { ...made.registration, generation };
    const covered = { coveredUntil: minute(coveredUntil).toISOString(), registration };
    const words = { code: "rejected", message: "refused", failedAt: minute(failedAt).toISOString() };
    const refusal = { operation: "register" as const, validTo: null, ...words };
    return {
      ...{ ...made, registration, intent: open },
      ...(doubt === undefined ? {} : { mayLastUntil: minute(doubt).toISOString() }),
      receipt: isAcknowledged && made.receipt !== null ? { ...made.receipt, ...covered } : null,
      failure:
        failure === null ? null : { ...refusal, ...(failure === "open" ? {} : { dismissed: true as const }) },
    };
  });

const delivery: fc.Arbitrary<SavePick["delivery"]> = fc
  .record({
    rights: fc.uniqueArray(right, { maxLength: 2, selector: ({ reference }) => reference }),
    ...{ used: fc.subarray(["one", "two"]), unmapped: fc.subarray(["lot-7", "lot-8"]) },
    generation: fc.integer({ min: -1, max: 5 }),
  })
  .map(
    ({ rights, ...rest }) =>
      (id: string, provider: string) =>
        deliveryOf(
          rights.map(({ registration, receipt, ...others }) => ({
            ...{ ...others, registration: { ...registration, permitId: id } },
            receipt: receipt && {
              ...{ ...receipt, providerId: provider },
              registration: { ...receipt.registration, permitId: id },
            },
          })),
          rest,
        ),
  );

const release = fc.record({ dueIn: fc.option(fc.integer({ min: -2, max: 30 })), settled: fc.boolean() });

const savePick: fc.Arbitrary<SavePick> = fc
  .record({ pick: fc.nat(), delivery, release: fc.option(release, { nil: undefined, freq: 4 }) })
  .map(({ release: given, ...rest }) => ({ ...rest, ...(given === undefined ? {} : { release: given }) }));

const kind = <Kind extends Step["kind"]>(name: Kind) => fc.constant(name);

/** One step. */
export const arbitraryStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    // A host's call is urgent as a whole.
    arbitrary: fc.record({
      kind: kind("record"),
      changes: fc.array(change, { maxLength: 3 }),
      isUrgent: fc.boolean(),
    }),
  },
  fc.record({ kind: kind("makeDue"), companyId, providerIds: fc.subarray(PROVIDER_IDS) }),
  {
    weight: 5,
    arbitrary: fc.record({ kind: kind("claim"), providerId, limit: fc.integer({ min: 1, max: 4 }), leaseMs }),
  },
  fc.record({ kind: kind("claimOne"), providerId, permitId, leaseMs }),
  {
    weight: 6,
    arbitrary: fc.record({ kind: kind("save"), picks: fc.array(savePick, { minLength: 1, maxLength: 3 }) }),
  },
  fc.record({ kind: kind("erase"), back: fc.nat({ max: 5 }), limit: fc.integer({ min: 1, max: 3 }) }),
  { weight: 3, arbitrary: fc.record({ kind: kind("clock"), minutes: fc.integer({ min: -3, max: 12 }) }) },
  fc.record({ kind: kind("reopen") }),
);

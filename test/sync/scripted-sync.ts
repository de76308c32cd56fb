import type { Company, Location } from "../../src/core/directory/directory.ts";
import { EnforcementError } from "../../src/core/errors.ts";
import type { PermitInput } from "../../src/core/permit/permit.ts";
import { parsePlate } from "../../src/core/permit/plate.ts";
import type { Outcome, PushProvider } from "../../src/core/provider.ts";
import { outcomesFor } from "../../src/core/registration/outcome.ts";
import {
  createPushOperations,
  type Delivered,
  type PushChange,
} from "../../src/core/registration/push-operations.ts";
import type { SyncEvent } from "../../src/sync/deliver/events.ts";
import type { Ledger } from "../../src/sync/ledger/ledger.ts";
import { memoryLedger } from "../../src/sync/memory/memory-ledger.ts";
import type { PermitSyncOptions } from "../../src/sync/options.ts";
import { createPermitSyncWith, type PermitSync } from "../../src/sync/permit-sync.ts";
import { driveTime } from "./drive-time.ts";
import { createVirtualTime } from "./histories/virtual-time.ts";

/** A request as the vendor sees it: `register GXK204`. */
export type Answer = (changes: readonly PushChange[]) => EnforcementError | "never" | undefined;

/** A vendor whose answers the test decides, and which remembers its requests. */
export interface ScriptedVendor {
  readonly provider: PushProvider;
  /** What arrived, one line for each request. */
  readonly requests: string[];
  /** References that are live. */
  readonly live: Set<string>;
  /** How the next requests are answered. Undefined: well. */
  answer: Answer;
  /** How long an answer takes, in milliseconds. */
  latencyMs: number;
}

export interface ScriptedSync {
  readonly sync: PermitSync;
  readonly ledger: Ledger;
  readonly events: SyncEvent[];
  /** `type` of the events, in order. */
  types(): string[];
  /** A vendor that it began with. */
  vendor(id?: string): ScriptedVendor;
  /** The directory's entries, to be changed by a test. */
  readonly companies: Map<string, Company>;
  readonly locations: Map<string, Location[]>;
  createVendor(id: string, batchSize?: number): ScriptedVendor;
  /** Whether a timer is left, which would keep a process alive. */
  hasTimer(): boolean;
  /** What the clock shows, in milliseconds. */
  now(): number;
  /** Sets the clock, as a person would. No timer comes earlier or later by it. */
  jump(milliseconds: number): void;
  /** Fulfilled after so many milliseconds, for what a test's own callbacks wait for. */
  wait(milliseconds: number): Promise<void>;
  /** Lets time pass, with everything that happens meanwhile. */
  pass(milliseconds: number): Promise<void>;
  /** Waits for a promise while time passes. */
  until<Value>(promise: Promise<Value>): Promise<Value>;
}

export const START = Date.parse("2026-09-15T12:00:00.000Z");

/** Durable sync in virtual time, with companies `c` and `d` that have a location each, at vendors of the given ids. */
export function scriptedSync(
  ids: readonly string[] = ["alpha"],
  options: Partial<PermitSyncOptions> & {
    batchSize?: number;
    /** The origin of a provider's vendor. Default: it does not say. */
    originOf?: (id: string) => string;
    wrap?: (ledger: Ledger) => Ledger;
    /** By how much the clock is ahead of `START` from the beginning, in milliseconds. Default 0. */
    aheadMs?: number;
    /** Waits for what takes real time, such as a ledger in a file. Default: some turns of the event loop. */
    settle?: () => Promise<void>;
  } = {},
): ScriptedSync {
  const {
    batchSize = 10,
    originOf,
    wrap = (ledger: Ledger) => ledger,
    settle = turns,
    aheadMs = 0,
    ...settings
  } = options;
  const time = createVirtualTime(START + aheadMs);
  const timers = time.createTimers();
  const events: SyncEvent[] = [];
  const companies = new Map<string, Company>();
  const locations = new Map<string, Location[]>();
  const everywhere = <Entry>(entry: Entry) =>
    Object.fromEntries(["alpha", "beta", "gamma"].map((id) => [id, entry]));
  for (const id of ["c", "d"]) {
    companies.set(id, { id, name: id, providers: everywhere({ enabled: true }) });
    const providers = everywhere({ enabled: true, target: "zone" });
    locations.set(id, [{ id: `${id}-lot`, companyId: id, name: "Lot", providers }]);
  }

  function createVendor(id: string, size = batchSize): ScriptedVendor {
    const requests: string[] = [];
    const live = new Set<string>();
    const carryOut = (change: PushChange): Outcome<Delivered> => {
      if (change.kind === "cancel") live.delete(change.reference);
      else live.add(change.reference);
      return { ok: true, value: { reference: change.reference, target: change.target } };
    };
    const vendor: ScriptedVendor = {
      ...{ requests, live, answer: () => undefined, latencyMs: 20 },
      provider: {
        ...{ id, vendor: "scripted", delivery: "push" as const },
        ...(originOf === undefined ? {} : { origin: originOf(id) }),
        capabilities: {
          batchSize: size,
          openEndedDays: 30,
          listZones: false,
          find: false,
          listRegistrations: false,
        },
        validateMapping: () => {
          throw new Error("This script has no report.");
        },
        checkConnection: async () => ({ status: "connected" as const, message: "" }),
        setup: {} as PushProvider["setup"],
        ...createPushOperations({
          ...{ providerId: id, openEndedDays: 30, clock: timers.now, checkRegistration() {} },
          deliver: (changes, { signal }) =>
            new Promise((resolve) => {
              const [first] = changes;
              const plates = changes.map(({ registration }) => registration.plate.number).join("+");
              requests.push(`${first?.kind} ${plates}`);

              const cutOff = () => {
                const error = new EnforcementError("aborted", "Cut off.", { outcome: "unknown" });
                resolve(outcomesFor(changes, () => ({ ok: false, error })));
              };
              signal?.addEventListener("abort", cutOff, { once: true });
              timers.after(vendor.latencyMs, () => {
                const answer = vendor.answer(changes);
                if (answer === "never") return;
                resolve(
                  outcomesFor(changes, (one) =>
                    answer === undefined ? carryOut(one) : { ok: false, error: answer },
                  ),
                );
              });
            }),
        }),
      },
    };
    return vendor;
  }

  const vendors = new Map(ids.map((id) => [id, createVendor(id)]));
  const ledger = wrap(memoryLedger());
  const sync = createPermitSyncWith(
    {
      ledger,
      providers: [...vendors.values()].map(({ provider }) => provider),
      directory: {
        getCompany: (id) => companies.get(id),
        listLocations: (id) => locations.get(id) ?? [],
      },
      onEvent: (event) => events.push(event),
      ...settings,
    },
    { timers, random: () => 0.999 },
  );

  const { pass, until } = driveTime(time, settle);

  return {
    sync,
    ledger,
    events,
    companies,
    locations,
    createVendor,
    pass,
    until,
    vendor(id = "alpha") {
      const vendor = vendors.get(id);
      if (vendor === undefined) throw new Error(`There is no vendor ${id}.`);
      return vendor;
    },
    now: () => timers.now().getTime(),
    wait: (milliseconds) => new Promise((resolve) => timers.after(milliseconds, resolve)),
    jump: (milliseconds) => time.jump(milliseconds),
    types: () => events.map(({ type }) => type),
    hasTimer: () => time.untilNext() !== undefined,
  };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export function permit(id: string, changes: Partial<PermitInput> = {}): PermitInput {
  return {
    ...{ id, companyId: "c", plates: [parsePlate(id)], locationIds: ["c-lot"], revision: 1 },
    ...{ validFrom: "2026-09-01T00:00:00Z", validTo: "2026-12-31T00:00:00Z" },
    ...changes,
  };
}

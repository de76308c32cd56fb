import type { MaybePromise } from "../core/directory/directory.ts";
import { EnforcementError, isEnforcementError } from "../core/errors.ts";
import { fieldError, readList, readRecord, readText } from "../core/fields.ts";
import { ignorePromise, isPromise } from "../core/maybe-promise.ts";
import { type Permit, type PermitInput, readPermit } from "../core/permit/permit.ts";
import type { ClockKeeper } from "./clock/clock-keeper.ts";
import type { LedgerHealth } from "./deliver/ledger-health.ts";
import type { EnabledProviders } from "./enabled-providers.ts";
import type { ChangeStatus, Ledger, LedgerChange, LedgerTransaction } from "./ledger/ledger.ts";
import type { Timers } from "./pace/timers.ts";
import type { OwedRefreshes } from "./upkeep/refresh-retries.ts";

/** What became of a change that a host told. */
export interface ChangeResult {
  readonly permitId: string;
  /**
   * | status | meaning |
   * |---|---|
   * | `recorded` | it is durable, and will be delivered |
   * | `unchanged` | it was known already |
   * | `older` | a newer revision is known, or the permit was erased at a later one; nothing was changed |
   * | `revoked` | the permit was revoked; only `issue` with a higher revision takes it up again |
   * | `unknown` | `revoke` or `forget` of a permit that is not known; nothing was changed |
   */
  readonly status: Exclude<ChangeStatus, "conflict">;
}

/** Options of `issue`, `issueMany`, `revise`, `revoke` and `forget`. */
export interface ChangeOptions {
  /**
   * The host's own transaction, for a ledger in the same database: the change is recorded when it commits, and not at
   * all when it does not. Other ledgers refuse it with `unsupported`. What is no open transaction (a pool, a client without
   * BEGIN) is refused with `invalid_input`.
   */
  transaction?: LedgerTransaction;
}

/** Records what hosts say. */
export interface HostChanges {
  put(kind: "issue" | "revise", permit: PermitInput, options?: ChangeOptions): Promise<ChangeResult>;
  putMany(permits: readonly PermitInput[], options?: ChangeOptions): Promise<ChangeResult[]>;
  withdraw(kind: "revoke" | "forget", permitId: string, options?: ChangeOptions): Promise<ChangeResult>;
}

interface Decision {
  /** When it was decided. */
  readonly at: Date;
  /** The providers that each company's permits get deliveries at. */
  readonly made: ReadonlyMap<string, readonly string[]>;
  readonly toChange: (kind: "issue" | "revise", permit: Permit) => LedgerChange;
}

/** What a call says of its changes, in their order. */
interface Call extends Pick<Decision, "at" | "made"> {
  readonly permitIds: readonly string[];
  readonly fieldOf: (index: number) => string;
}

export function createHostChanges(context: {
  openLedger: () => MaybePromise<Ledger>;
  enabledProviders: EnabledProviders;
  timers: Timers;
  clockKeeper: Pick<ClockKeeper, "record">;
  /** Ids of the push providers there are now. */
  pushProviderIds: () => readonly string[];
  /** How often permits were looked at again because the directory or the providers changed. */
  refreshCount: () => number;
  onRecorded: (permitIds: readonly string[]) => void;
  onForgotten: () => void;
  /** What cannot be done at once after a change was recorded. */
  owed: Pick<OwedRefreshes, "owe" | "retryNow">;
  health: Pick<LedgerHealth, "note">;
}): HostChanges {
  const { openLedger, enabledProviders, timers, clockKeeper, pushProviderIds, refreshCount } = context;
  const { onRecorded, onForgotten, owed, health } = context;
  /** The last word of each permit that is on its way to the ledger. */
  const lastWords = new Map<string, Promise<unknown>>();

  /** One word on a permit after the other: a withdrawal reads no directory, and must not overtake what it withdraws. */
  async function inOrder<Value>(permitIds: readonly string[], say: () => Promise<Value>): Promise<Value> {
    const earlier = new Set<Promise<unknown>>(permitIds.flatMap((id) => lastWords.get(id) ?? []));
    // What is said is dated by the ledger's clock, which is not known before.
    const opened = openLedger();
    if (isPromise(opened)) earlier.add(opened);
    const saying = earlier.size === 0 ? say() : Promise.allSettled(earlier).then(say);
    for (const id of permitIds) lastWords.set(id, saying);
    try {
      return await saying;
    } finally {
      for (const id of permitIds) if (lastWords.get(id) === saying) lastWords.delete(id);
    }
  }

  /** Decides on changes now. `enabled` was asked for when there had been so many refreshes. */
  function decide(refreshesBefore: number, enabled: ReadonlyMap<string, readonly string[]>): Decision {
    const all = pushProviderIds();
    const at = timers.now();
    // A refresh meanwhile has not seen these permits, and what was read before it may be old.
    const isOld = refreshCount() !== refreshesBefore;
    const made = isOld ? new Map([...enabled.keys()].map((companyId) => [companyId, all])) : enabled;
    return {
      ...{ at, made },
      toChange: (kind, permit) => ({
        ...{ kind, permit, at },
        providerIds: made.get(permit.companyId) ?? all,
      }),
    };
  }

  /**
   * Makes deliveries at providers that were switched on while permits were on their way: whoever refreshed meanwhile had
   * not seen them. Whether there were any. It never throws: the permits are recorded.
   */
  async function catchUp(made: Decision["made"], ledger: Ledger): Promise<boolean> {
    let count = 0;
    for (const [companyId, before] of made) {
      const enabled = await enabledProviders.find(companyId, pushProviderIds());
      const providerIds = enabled.filter((id) => !before.includes(id));
      if (providerIds.length === 0) continue;
      try {
        count += await ledger.makeDue({ companyId, providerIds, at: timers.now() });
      } catch {
        owed.owe(companyId);
      }
    }
    return count > 0;
  }

  /** A process that has nothing to deliver meets a ledger that fails here first. */
  async function noteHealth<Value>(recording: Promise<Value>): Promise<Value> {
    try {
      const value = await recording;
      health.note(true);
      return value;
    } catch (error) {
      if (isEnforcementError(error) && error.code === "unavailable") health.note(false);
      throw error;
    }
  }

  async function record(
    changes: Iterable<LedgerChange>,
    { permitIds, at, made, transaction, fieldOf }: Call & { transaction: unknown },
  ): Promise<ChangeResult[]> {
    const refreshesBefore = refreshCount();
    const opened = openLedger();
    const ledger = isPromise(opened) ? await opened : opened;
    const statuses = await noteHealth(
      clockKeeper.record(at, () =>
        ledger.record(
          changes,
          transaction === undefined ? {} : { transaction: transaction as LedgerTransaction },
        ),
      ),
    );
    const conflict = statuses.indexOf("conflict");
    if (conflict >= 0) {
      throw fieldError(
        `${fieldOf(conflict)}.revision`,
        "is that of another content of this permit, which is recorded; a change needs a higher revision.",
      );
    }
    onRecorded(permitIds);
    owed.retryNow();
    // Where other machines share the ledger, nobody tells us that they refreshed. What is in a transaction of the host's
    // nobody sees before it ends.
    const mayBeBehind = ledger.watch !== undefined || refreshCount() !== refreshesBefore;
    if (mayBeBehind && transaction === undefined && (await catchUp(made, ledger))) onRecorded(permitIds);
    return permitIds.map((permitId, index) => {
      const status = statuses[index];
      if (status === undefined || status === "conflict") {
        throw new EnforcementError("unavailable", "ledger: it did not say what became of a change.");
      }
      return { permitId, status };
    });
  }

  return {
    async put(kind, permit, options) {
      const transaction = readTransaction(options);
      const checked = readPermit(permit);
      const { id, companyId } = checked;
      return inOrder([id], async () => {
        const refreshes = refreshCount();
        const found = enabledProviders.find(companyId, pushProviderIds());
        // Nobody waits for what is there: while this permit is being written, the next caller's is checked.
        const enabled = new Map([[companyId, isPromise(found) ? await found : found]]);
        const { toChange, ...decided } = decide(refreshes, enabled);
        const call = { permitIds: [id], ...decided, transaction, fieldOf: () => "permit" };
        return first(await record([toChange(kind, checked)], call));
      });
    },
    async putMany(permits, options) {
      const transaction = readTransaction(options);
      // Permits are checked while those before them are being written. The list is copied: the host may empty its own.
      const given = [...readList(permits, "permits")];
      if (given.length === 0) return [];
      const permitIds = textsOf(given, "id");
      const fieldOf = (index: number) => `permits[${index}]`;
      return inOrder(permitIds, async () => {
        const refreshes = refreshCount();
        const enabled = new Map<string, readonly string[]>();
        for (const companyId of new Set(textsOf(given, "companyId"))) {
          enabled.set(companyId, await enabledProviders.find(companyId, pushProviderIds()));
        }
        const { toChange, ...decided } = decide(refreshes, enabled);
        function* check(): Iterable<LedgerChange> {
          for (const [index, permit] of given.entries()) {
            const checked = readPermit(permit, fieldOf(index));
            if (checked.id !== permitIds[index]) throw fieldError(`${fieldOf(index)}.id`, "must not change.");
            yield toChange("issue", checked);
          }
        }
        return record(check(), { permitIds, ...decided, transaction, fieldOf });
      });
    },
    async withdraw(kind, permitId, options) {
      const transaction = readTransaction(options);
      readText(permitId, "permitId");
      return inOrder([permitId], async () => {
        const at = timers.now();
        const change = { kind, permitId, at };
        const call = { permitIds: [permitId], at, made: NONE, transaction, fieldOf: () => "permitId" };
        const result = first(await record([change], call));
        if (kind === "forget") onForgotten();
        return result;
      });
    },
  };
}

function readTransaction(options: ChangeOptions | undefined): unknown {
  const { transaction } = readRecord(options ?? {}, "options", ["transaction"]);
  // `pool.connect()` that was not waited for: the ledger refuses it, and its end is of no interest.
  ignorePromise(transaction);
  return transaction;
}

const NONE: Decision["made"] = new Map();

/** Texts of permits that are not checked yet; whatever is no text is refused when they are. */
function textsOf(permits: readonly unknown[], key: "id" | "companyId"): string[] {
  return permits.map((permit) => {
    const text = (permit as Partial<Record<string, unknown>> | null | undefined)?.[key];
    return typeof text === "string" ? text : "";
  });
}

function first([result]: readonly ChangeResult[]): ChangeResult {
  if (result === undefined) throw new TypeError("A change without a result.");
  return result;
}

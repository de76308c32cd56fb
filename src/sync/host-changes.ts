import { EnforcementError } from "../core/errors.ts";
import { fieldError, readList, readRecord, readText } from "../core/fields.ts";
import { type Permit, type PermitInput, readPermit } from "../core/permit.ts";
import type { EnabledProviders } from "./enabled-providers.ts";
import type { ChangeStatus, Ledger, LedgerChange, LedgerTransaction } from "./ledger.ts";
import type { Timers } from "./timers.ts";

/** What became of a change that a host told. */
export interface ChangeResult {
  readonly permitId: string;
  /**
   * | status | meaning |
   * |---|---|
   * | `recorded` | it is durable, and will be delivered |
   * | `unchanged` | it was known already |
   * | `older` | a newer revision is known, or the permit was erased at this one or a later; nothing was changed |
   * | `revoked` | the permit was revoked; only `issue` with a higher revision takes it up again |
   * | `unknown` | `revoke` or `forget` of a permit that is not known; nothing was changed |
   */
  readonly status: Exclude<ChangeStatus, "conflict">;
}

/** Options of `issue`, `issueMany`, `revise`, `revoke` and `forget`. */
export interface ChangeOptions {
  /**
   * The host's own transaction, for a ledger in the same database: the change is recorded when it commits, and not at
   * all when it does not. Other ledgers refuse it with `unsupported`.
   */
  transaction?: LedgerTransaction;
}

/** Records what hosts say. */
export interface HostChanges {
  put(kind: "issue" | "revise", permit: PermitInput, options?: ChangeOptions): Promise<ChangeResult>;
  putMany(permits: readonly PermitInput[], options?: ChangeOptions): Promise<ChangeResult[]>;
  withdraw(kind: "revoke" | "forget", permitId: string, options?: ChangeOptions): Promise<ChangeResult>;
}

export function createHostChanges(context: {
  openLedger: () => Promise<Ledger>;
  enabledProviders: EnabledProviders;
  timers: Timers;
  /** Ids of the push providers there are now. */
  pushProviderIds: () => readonly string[];
  /** How often permits were looked at again because the directory or the providers changed. */
  refreshCount: () => number;
  onRecorded: (changes: readonly LedgerChange[]) => void;
}): HostChanges {
  const { openLedger, enabledProviders, timers, pushProviderIds, refreshCount, onRecorded } = context;
  /** The last word of each permit that is on its way to the ledger. */
  const lastWords = new Map<string, Promise<unknown>>();

  /** One word on a permit after the other: a withdrawal reads no directory, and must not overtake what it withdraws. */
  async function inOrder<Value>(permitIds: readonly string[], say: () => Promise<Value>): Promise<Value> {
    const earlier = new Set(permitIds.flatMap((id) => lastWords.get(id) ?? []));
    const saying = earlier.size === 0 ? say() : Promise.allSettled(earlier).then(say);
    for (const id of permitIds) lastWords.set(id, saying);
    try {
      return await saying;
    } finally {
      for (const id of permitIds) if (lastWords.get(id) === saying) lastWords.delete(id);
    }
  }

  async function toChanges(kind: "issue" | "revise", permits: readonly Permit[]): Promise<LedgerChange[]> {
    const providerIds = new Map<string, readonly string[]>();
    const refreshesBefore = refreshCount();
    for (const companyId of new Set(permits.map(({ companyId }) => companyId))) {
      providerIds.set(companyId, await enabledProviders.find(companyId, pushProviderIds()));
    }
    const at = timers.now();
    // A refresh meanwhile has not seen these permits, and what was read before it may be old.
    const isOld = refreshCount() !== refreshesBefore;
    return permits.map((permit) => ({
      ...{ kind, permit, at },
      providerIds: isOld ? pushProviderIds() : (providerIds.get(permit.companyId) ?? []),
    }));
  }

  /**
   * Makes deliveries at providers that were switched on while permits were on their way: whoever refreshed meanwhile had
   * not seen them. Whether there were any.
   */
  async function catchUp(changes: readonly LedgerChange[], ledger: Ledger): Promise<boolean> {
    const made = new Map<string, readonly string[]>();
    let count = 0;
    for (const change of changes)
      if ("permit" in change) made.set(change.permit.companyId, change.providerIds);
    for (const [companyId, before] of made) {
      const enabled = await enabledProviders.find(companyId, pushProviderIds());
      const providerIds = enabled.filter((id) => !before.includes(id));
      if (providerIds.length > 0) count += await ledger.makeDue({ companyId, providerIds, at: timers.now() });
    }
    return count > 0;
  }

  async function record(
    changes: readonly LedgerChange[],
    { options, fieldOf }: { options: ChangeOptions | undefined; fieldOf: (index: number) => string },
  ): Promise<ChangeResult[]> {
    const { transaction } = readRecord(options ?? {}, "options", ["transaction"]);
    const refreshesBefore = refreshCount();
    const ledger = await openLedger();
    const statuses = await ledger.record(
      changes,
      transaction === undefined ? {} : { transaction: transaction as LedgerTransaction },
    );
    const conflict = statuses.indexOf("conflict");
    if (conflict >= 0) {
      throw fieldError(
        `${fieldOf(conflict)}.revision`,
        "is that of another content of this permit, which is recorded; a change needs a higher revision.",
      );
    }
    onRecorded(changes);
    // Where other machines share the ledger, nobody tells us that they refreshed. What is in a transaction of the host's
    // nobody sees before it ends.
    const mayBeBehind = ledger.watch !== undefined || refreshCount() !== refreshesBefore;
    if (mayBeBehind && transaction === undefined && (await catchUp(changes, ledger))) onRecorded(changes);
    return changes.map((change, index) => {
      const status = statuses[index];
      if (status === undefined || status === "conflict") {
        throw new EnforcementError("unavailable", "ledger: it did not say what became of a change.");
      }
      return { permitId: "permit" in change ? change.permit.id : change.permitId, status };
    });
  }

  return {
    async put(kind, permit, options) {
      const checked = readPermit(permit);
      return inOrder([checked.id], async () => {
        const changes = await toChanges(kind, [checked]);
        return first(await record(changes, { options, fieldOf: () => "permit" }));
      });
    },
    async putMany(permits, options) {
      const checked = readList(permits, "permits").map((permit, index) =>
        readPermit(permit, `permits[${index}]`),
      );
      if (checked.length === 0) return [];
      return inOrder(
        checked.map(({ id }) => id),
        async () => {
          const changes = await toChanges("issue", checked);
          return record(changes, { options, fieldOf: (index) => `permits[${index}]` });
        },
      );
    },
    async withdraw(kind, permitId, options) {
      readText(permitId, "permitId");
      return inOrder([permitId], async () => {
        const change = { kind, permitId, at: timers.now() };
        return first(await record([change], { options, fieldOf: () => "permitId" }));
      });
    },
  };
}

function first([result]: readonly ChangeResult[]): ChangeResult {
  if (result === undefined) throw new TypeError("A change without a result.");
  return result;
}

import type { FindPermits } from "../../core/lookup/find-permits.ts";
import type { Permit } from "../../core/permit/permit.ts";
import type { DeliveryId, Failure, ProviderState } from "./delivery.ts";
import type { Outage, OutageChange, ReadBack, ReadBackNote } from "./provider-notes.ts";

/**
 * The durable record of what should be enforceable and what each vendor has acknowledged.
 *
 * It stores and finds; the planner decides what to do. It has two kinds of row: a *permit*, and one *delivery* per
 * permit and push provider. Every method that changes something is all or nothing, and durable when its promise is
 * fulfilled, except where it says that it works in steps. Every method rejects with an EnforcementError `unavailable`
 * when the store fails, and then nothing was changed. Nothing is opened before `open`.
 */
export interface Ledger {
  readonly kind: "memory" | "sqlite" | "postgres";

  /** Creates or upgrades the tables and checks them. Calling it again does nothing. */
  open(): Promise<void>;
  /** Finishes open work and releases files and connections. Calling it again does nothing. */
  close(): Promise<void>;
  /**
   * The time by the store's own clock, which all processes that share the store agree on. Undefined before `open` has
   * read it. Every instant that passes through this interface is one of this clock, and a claim lasts by it, as the
   * store reads it at that moment. Absent where the store has no clock: then the caller's clock counts.
   */
  now?(): Date | undefined;

  /**
   * Records the host's changes, in order. Calls that come together are committed together.
   *
   * A recorded change makes the permit's deliveries due at `at`: those of `providerIds`, which are created where they
   * are missing, and all that exist. A delivery that was due earlier stays due earlier. By an urgent change, a delivery
   * gets the place in line of one that has been due for a day longer.
   *
   * With one conflict, nothing of the call is recorded, and the other statuses say what would have become of their
   * changes. The ledger keeps the permits that it is given: they were checked by `readPermit`, and the caller
   * must not change them.
   *
   * Changes are read one by one, perhaps over several turns of the event loop. When reading one throws, nothing of the
   * call is recorded, and it rejects with what was thrown.
   *
   * @throws EnforcementError `unsupported` when a transaction is given and the ledger cannot take part in it,
   * `invalid_input` when it is not an open transaction
   */
  record(changes: Iterable<LedgerChange>, options?: RecordOptions): Promise<ChangeStatus[]>;
  /**
   * Makes all deliveries of a company due at `at`, at every provider, because something beside the permits changed: its
   * mapping or switches, or a provider that was added. Missing deliveries of `providerIds` are created for permits that
   * are neither revoked nor over. Erased permits are left alone. Returns the number of deliveries that this makes due,
   * created ones included. It may work in steps: when it rejects, some deliveries may be due already, which does no
   * harm; call it again.
   */
  makeDue(
    selection: { companyId: string; providerIds: readonly string[]; at: Date },
    options?: DueOptions,
  ): Promise<number>;
  /**
   * Corrects a provider's deliveries after the clock was set back to `now`; `latest` is the latest instant that the
   * clock ever showed. Makes due at `now`: what waits for another attempt, what was due by `latest`, by its place in
   * line or since, what was decided later than `now` (`decidedAt`), and what is claimed. No claim lasts longer than a new one would. Forgets
   * readings of the vendor's lists that are dated later than `now`. It may work in steps.
   */
  rewind(request: { providerId: string; latest: Date; now: Date }): Promise<void>;
  /** What the ledger remembers of the clocks that used it. */
  readClock(): Promise<ClockMemory>;
  /**
   * Writes what is known of the clock. An absent field stays, and so does `latest` where null is given. `latest` never
   * decreases, unless `isSettled` says that what was dated later has been corrected.
   */
  noteClock(
    noted: Partial<Pick<ClockMemory, "latest" | "leap">>,
    options?: { isSettled?: boolean },
  ): Promise<void>;
  /**
   * Notes that a provider's breaker opened or closed, in whichever process. An outage begins with the first opening and
   * ends with the next closing: an opening during an outage and a closing without one change nothing. Of each provider
   * the last 20 outages are kept, however old: retention erases none.
   */
  noteOutage(change: OutageChange): Promise<void>;
  /**
   * Notes the last complete reading of what a vendor lists at a target, in place of the one before. It is kept for as long
   * as the ledger: retention erases none.
   */
  noteReadBack(note: ReadBackNote): Promise<void>;
  /** Every company that has a permit or a delivery in this ledger. */
  listCompanies(): AsyncIterable<string>;

  /**
   * Claims due deliveries of some providers: of each the longest due first, urgent ones with their head start, at most its
   * own limit, whatever the others have. A claim lasts until this process saves them with `release`, closes the ledger, or
   * `leaseMs` has passed (`now + leaseMs <=` a later claim's `now`, or by the store's own clock where it has one).
   * Meanwhile no other claim returns them.
   */
  claim(request: ClaimRequest): Promise<ClaimedDelivery[]>;
  /** Claims one delivery whether it is due or not. Undefined when it does not exist or is claimed already. */
  claimOne(id: DeliveryId, request: { now: Date; leaseMs: number }): Promise<ClaimedDelivery | undefined>;
  /**
   * Writes deliveries back, all in one commit. An update whose claim is over changes nothing: the delivery was
   * released, the ledger was closed, or another process has claimed it.
   *
   * Returns for each update, in order, whether it took effect. An operation decided in an update without effect must
   * not be sent.
   */
  save(updates: readonly DeliveryUpdate[]): Promise<readonly boolean[]>;
  /**
   * When the next unclaimed delivery of each of these providers becomes due. A claimed one counts from the end of its
   * claim, so that the work of a process that died is found again. A provider of which no delivery will become due is
   * left out.
   */
  findNextDue(providerIds: readonly string[]): Promise<ReadonlyMap<string, Date>>;

  /**
   * The permit source for lookups: permits that are not revoked, including those that are over. Reads only `companyId`
   * and `plateNumbers` of the query.
   */
  readonly findPermits: FindPermits;
  /** The stored permit, including one that is revoked or over. Undefined when it is unknown or erased. */
  getPermit(permitId: string): Promise<StoredPermit | undefined>;

  /**
   * All that the ledger holds of one permit, as one state of it; undefined when it was never recorded. An erased permit
   * has a record without content.
   */
  readRecord(permitId: string): Promise<PermitRecord | undefined>;

  /** The counts of each of these providers' deliveries at `now`, by the provider's id; zeros where it has none. */
  count(providerIds: readonly string[], now: Date): Promise<ReadonlyMap<string, DeliveryCounts>>;
  /** Refused operations, of one provider or of all, oldest first. Dismissed ones are left out. */
  listFailures(providerId?: string): AsyncIterable<Failure & DeliveryId & { readonly companyId: string }>;
  /**
   * Deliveries of one provider that lack a target at some location, including those whose permits were revoked or are
   * over since they were planned last.
   */
  listUnmapped(providerId: string): AsyncIterable<DeliveryId & { readonly locationIds: readonly string[] }>;
  /**
   * All deliveries that have a right at a target, live or over, read in pages to bound memory. A right is at the target
   * of its receipt, which is the name on the vendor's wire; before there is a receipt, at the target of its
   * registration.
   */
  listAt(
    providerId: string,
    target: string,
  ): AsyncIterable<DeliveryId & { readonly delivery: ProviderState }>;
  /** Every target, as `listAt` takes it, at which a provider has a recorded right, live or over. Each once. */
  listTargets(providerId: string): AsyncIterable<string>;

  /**
   * Erases personal data in permits that ended before `endedBefore` and in those to be forgotten, at most `limit` in
   * one call. A revoked permit ended when it was revoked, or at its own end if that came first. A permit is skipped
   * while a vendor may have a live right of it (`findLiveUntil`) or one of its deliveries is claimed. What remains:
   * permit id, company id, revision, whether it was revoked, and the highest generation of each delivery. Erased
   * deliveries are not due. Returns the number of erased permits.
   */
  erase(request: { endedBefore: Date; now: Date; limit: number }): Promise<number>;
  /**
   * Overwrites the bytes of what was erased before this call in the ledger's files. Returns true when none are left,
   * and false when another program prevents it by reading the file: call it again. Does nothing when nothing was erased
   * since the last time, by this process or an earlier one. Absent where the ledger has no files of its own.
   */
  overwriteErased?(): Promise<boolean>;

  /**
   * Calls `onDue` with the provider's id when another process, a transaction of the host, or a call that was given no
   * `onDue` has made deliveries due; without an id when such calls may have been missed. Returns a function that ends it. Nothing is called
   * when an instant comes at which another process had planned to look: `findNextDue` tells of that. Absent where no
   * other process can share the ledger.
   */
  watch?(onDue: (providerId?: string) => void): () => void;
}

/** What a ledger remembers of clocks. */
export interface ClockMemory {
  /** An instant that no recorded change and no decision is later than; null: nothing was recorded. */
  readonly latest: Date | null;
  /** A leap by `byMs` milliseconds, after which the clock is trusted again at `steadyAt`; null: there was none. */
  readonly leap: { readonly steadyAt: Date; readonly byMs: number } | null;
}

/** Options of a call that makes deliveries due. */
export interface DueOptions {
  /**
   * Called, before the call's promise is fulfilled, with each provider at which it made something due; perhaps more than
   * once. Not called for a host's transaction, which may still be rolled back. Default: not called.
   */
  readonly onDue?: (providerId: string) => void;
}

export interface RecordOptions extends DueOptions {
  /** The host's own transaction. Default: none. */
  readonly transaction?: LedgerTransaction;
}

/** One change of one permit by the host. */
export type LedgerChange = {
  readonly at: Date;
  /** Whether the host made the change by itself, not as one of many: it goes before those. Default: false. */
  readonly isUrgent?: boolean;
} & (
  | {
      readonly kind: "issue" | "revise";
      readonly permit: Permit;
      /** Push providers that the permit's company has enabled. */
      readonly providerIds: readonly string[];
    }
  | { readonly kind: "revoke" | "forget"; readonly permitId: string }
);

/**
 * What became of a change.
 *
 * | status | meaning |
 * |---|---|
 * | `recorded` | the change is durable |
 * | `unchanged` | the ledger holds the same already |
 * | `older` | your revision is lower than the stored one, or than the one at which the permit was erased; nothing was changed |
 * | `revoked` | the permit was revoked or forgotten (and perhaps erased since), and only `issue` with a higher revision reinstates it; nothing was changed |
 * | `unknown` | `revoke` or `forget` of a permit that was never recorded, or that ended and was erased; nothing was changed |
 * | `conflict` | your revision equals the stored one and the content differs; nothing of the call was recorded |
 */
export type ChangeStatus = "recorded" | "unchanged" | "older" | "revoked" | "unknown" | "conflict";

/** The host's own open transaction: a client of `pg` on which BEGIN was called. */
export interface LedgerTransaction {
  query(
    text: string,
    values?: unknown[],
  ): Promise<{ rows: Record<string, unknown>[]; rowCount: number | null }>;
}

/** A permit as the ledger keeps it. */
export interface StoredPermit {
  readonly permit: Permit;
  /** `forgotten`: revoked, and erased as soon as no vendor has a live right of it. */
  readonly state: "active" | "revoked" | "forgotten";
  /** The `at` of the last recorded change. */
  readonly changedAt: Date;
}

/**
 * What a ledger knows of a permit. `erased`: it ended and was erased. `erased_revoked`: it was revoked or forgotten
 * before it was erased. The distinction keeps the result of a late message independent of whether the permit has been
 * erased yet.
 */
export type KnownState = StoredPermit["state"] | "erased" | "erased_revoked";

/** All that a ledger holds of one permit. */
export interface PermitRecord {
  readonly permitId: string;
  readonly companyId: string;
  readonly revision: number;
  readonly state: KnownState;
  /** Undefined: it was erased. */
  readonly permit: Permit | undefined;
  /** The `at` of the last recorded change; the erasure changes nothing of it. */
  readonly changedAt: Date;
  /** In the order of the providers' ids. */
  readonly deliveries: readonly DeliveryRecord[];
}

/** One permit at one push provider, as a ledger holds it. */
export interface DeliveryRecord {
  readonly providerId: string;
  readonly delivery: ProviderState;
  /** When it is planned next; null: not before something changes. */
  readonly dueAt: Date | null;
  /** Since when there has been something to do, or from when on there will be; null: there is nothing. */
  readonly dueSince: Date | null;
  /** The provider's last outages, oldest first, at most 20. The last one has no end while the vendor is down. */
  readonly outages: readonly Outage[];
  /** The last complete readings of the targets at which the delivery has a right, by target. */
  readonly readBacks: ReadonlyMap<string, ReadBack>;
}

export interface ClaimRequest {
  /** The most deliveries to claim, by the provider's id. Other providers are left alone. */
  readonly limits: ReadonlyMap<string, number>;
  readonly now: Date;
  readonly leaseMs: number;
}

/** A delivery that this process has claimed. */
export interface ClaimedDelivery extends DeliveryId {
  readonly companyId: string;
  /** Undefined: the permit was erased. Its delivery then has no live right. */
  readonly stored: StoredPermit | undefined;
  readonly delivery: ProviderState;
  /** Since when the delivery has been due; the instant of the claim when it was not. */
  readonly dueSince: Date;
  /** Whether an urgent change has made it due. */
  readonly isUrgent: boolean;
  /**
   * The version of the delivery that was claimed. It goes back with `save`, so that a change recorded meanwhile is not
   * lost.
   */
  readonly version: number;
}

/** The new state of a claimed delivery. */
export interface DeliveryUpdate extends DeliveryId {
  readonly delivery: ProviderState;
  readonly version: number;
  /** Absent: the claim goes on, and only `delivery` is written. */
  readonly release?: {
    /**
     * When the delivery is due again; null: not before something changes. When a change was recorded meanwhile, it is
     * due at once instead.
     */
    readonly dueAt: Date | null;
    /**
     * Whether everything that was due has been done. Then `dueSince` starts anew, at `dueAt` or at the first change
     * recorded meanwhile. Otherwise `dueSince` stays, and the delivery counts as pending until it is settled.
     */
    readonly settled: boolean;
  };
}

export interface DeliveryCounts {
  /**
   * Deliveries with something to do (`dueSince <= now`), including those that wait for another attempt and those that
   * are claimed.
   */
  readonly pending: number;
  /** `dueSince` of the longest pending delivery; null when none is pending. */
  readonly oldestDueSince: Date | null;
  /** Refused operations that are not dismissed. */
  readonly failed: number;
  /** Deliveries that lack a target at some location, of permits that are neither revoked nor over. */
  readonly unmapped: number;
}

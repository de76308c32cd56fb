import type { FindPermits } from "../../core/lookup/find-permits.ts";
import type { Permit } from "../../core/permit/permit.ts";
import type { Delivery, DeliveryId, Failure } from "./delivery.ts";

/**
 * The durable record of what should be enforceable and what each vendor has acknowledged.
 *
 * It stores and finds; what is to be done is the planner's. Two kinds of row: a *permit*, and for each permit and push
 * provider one *delivery*. Every method that changes something is all or nothing, and durable when its promise is
 * fulfilled. Every method rejects with an EnforcementError `unavailable` when the store fails, and then nothing was
 * changed. Nothing is opened before `open`.
 */
export interface Ledger {
  readonly kind: "memory" | "sqlite" | "postgres";

  /** Makes or upgrades the tables and checks them. Calling it again does nothing. */
  open(): Promise<void>;
  /** Ends what was begun and lets go of files and connections. Calling it again does nothing. */
  close(): Promise<void>;
  /**
   * What the store's own clock shows, which all that share it agree on; undefined before it was asked, which `open` does.
   * Every instant that passes between this interface and its caller is one of this clock, and a claim lasts by it, as the
   * store reads it at that moment. Absent where there is none: then the caller's clock counts.
   */
  now?(): Date | undefined;

  /**
   * Records what the host said of permits, in their order. Calls that come together are committed together.
   *
   * A change that is recorded makes the permit's deliveries due at `at`: those of `providerIds`, which are made where
   * they are missing, and all that exist. A delivery that was due earlier stays due earlier.
   *
   * A conflict holds back the whole call: nothing of it is recorded, and the other statuses say what would have become
   * of their changes. Permits are taken over: they were checked (`readPermit`), and nobody changes them any more.
   *
   * Changes are taken one by one, perhaps over several turns of the event loop. When taking one throws, nothing of the
   * call is recorded, and it rejects with what was thrown.
   *
   * @throws EnforcementError `unsupported` when a transaction is given and the ledger cannot take part in it,
   * `invalid_input` when it is none
   */
  record(
    changes: Iterable<LedgerChange>,
    options?: { transaction?: LedgerTransaction },
  ): Promise<ChangeStatus[]>;
  /**
   * Makes all deliveries of a company due at `at`, at every provider, because something beside the permits changed: its
   * mapping or switches, or a provider that was added. Those of `providerIds` are made where they are missing, for
   * permits that are neither revoked nor over. Erased permits are left alone. Gives the number of deliveries that are
   * due by this, new or not. It may work in steps: when it rejects, some are due already, which does no harm; call it
   * again.
   */
  makeDue(selection: { companyId: string; providerIds: readonly string[]; at: Date }): Promise<number>;
  /**
   * The clock was set back to `now`; `latest` is the latest instant that it ever showed. Makes due at `now` what waits for
   * another attempt and what was due by `latest`, because their instants are of a clock that was ahead; also what was
   * decided later than `now` (`decidedAt`), and what is being worked on. No claim lasts longer than a new one would. It may
   * work in steps.
   */
  rewind(request: { providerId: string; latest: Date; now: Date }): Promise<void>;
  /** What is remembered of the clocks that this ledger was used by. */
  readClock(): Promise<ClockMemory>;
  /**
   * Remembers something of the clock; what is absent stays. `latest` never goes back, unless `isSettled` says that what was
   * dated later has been put right.
   */
  noteClock(
    noted: Partial<Pick<ClockMemory, "latest" | "leap">>,
    options?: { isSettled?: boolean },
  ): Promise<void>;
  /** Every company that has a permit or a delivery here. */
  listCompanies(): AsyncIterable<string>;

  /**
   * Takes deliveries of one provider that are due, longest due first, at most `limit`. They are this process's until
   * it saves them with `release`, closes, or `leaseMs` has passed (`now + leaseMs <=` a later claim's `now`, or by the
   * store's own clock where it has one); nobody else is given them meanwhile.
   */
  claim(request: ClaimRequest): Promise<ClaimedDelivery[]>;
  /** Takes one delivery whether it is due or not; undefined when there is none or somebody has it. */
  claimOne(id: DeliveryId, request: { now: Date; leaseMs: number }): Promise<ClaimedDelivery | undefined>;
  /**
   * Writes deliveries back, all in one commit. An update whose claim is over changes nothing: it was released, the
   * ledger was closed, or somebody else has the delivery now.
   *
   * Gives for each update, in their order, whether it took effect. What is decided in one that did not must not be sent.
   */
  save(updates: readonly DeliveryUpdate[]): Promise<readonly boolean[]>;
  /**
   * When the next delivery of a provider becomes due that nobody has. One that somebody has counts from the end of its
   * claim, so that work which was lost is found again. Undefined when none ever will.
   */
  findNextDue(providerId: string): Promise<Date | undefined>;

  /** For the lookup: permits that are not revoked, over ones included. Only `companyId` and `plateNumbers` count. */
  readonly findPermits: FindPermits;
  /** The stored permit, revoked or over ones too; undefined when it is unknown or erased. */
  getPermit(permitId: string): Promise<StoredPermit | undefined>;

  /** What stands at one provider. */
  count(providerId: string, now: Date): Promise<DeliveryCounts>;
  /** Refused operations, of one provider or of all; oldest first. */
  listFailures(providerId?: string): AsyncIterable<Failure & DeliveryId & { readonly companyId: string }>;
  /** Deliveries without a target somewhere, of one provider, whatever has become of their permits since they were looked at. */
  listUnmapped(providerId: string): AsyncIterable<DeliveryId & { readonly locationIds: readonly string[] }>;
  /**
   * All deliveries that have a right at a target, live or over; in pages, so that memory stays flat. A right is at the
   * target of its receipt, which is how the vendor's wire names it; before there is a receipt, at its registration's.
   */
  listAt(providerId: string, target: string): AsyncIterable<DeliveryId & { readonly delivery: Delivery }>;
  /** Every target, as `listAt` takes it, at which a provider has or had a right that is still recorded. Each once. */
  listTargets(providerId: string): AsyncIterable<string>;

  /**
   * Erases what is personal in permits that ended before `endedBefore`, and in those that are to be forgotten. One that
   * was revoked ended then, or at its own end if that came first. A permit is passed over while a vendor may have a live
   * right of it (`findLiveUntil`) or somebody has a delivery of it. What remains: permit id, company id, revision,
   * whether it was revoked, and the highest generation of each delivery. Erased deliveries are not due. Gives the number
   * of erased permits; at most `limit` in one call.
   */
  erase(request: { endedBefore: Date; now: Date; limit: number }): Promise<number>;
  /**
   * Overwrites what was erased before this call wherever the ledger's files still hold bytes of it. True when none is
   * left; false when another program keeps it from that, by reading: call it again. It does nothing when nothing was
   * erased since, also by a process before. Absent where the ledger has no files of its own.
   */
  overwriteErased?(): Promise<boolean>;

  /** Tells of due deliveries that another process recorded. Absent where there is no other process. */
  watch?(onDue: (providerId: string) => void): () => void;
}

/** What a ledger remembers of clocks. */
export interface ClockMemory {
  /** No instant by which something was recorded or decided is later; null: nothing was. */
  readonly latest: Date | null;
  /** A leap by `byMs` milliseconds, after which the clock is believed again at `steadyAt`; null: there was none. */
  readonly leap: { readonly steadyAt: Date; readonly byMs: number } | null;
}

/** What the host said of one permit. */
export type LedgerChange =
  | {
      readonly kind: "issue" | "revise";
      readonly permit: Permit;
      /** Push providers that the permit's company has switched on. */
      readonly providerIds: readonly string[];
      readonly at: Date;
    }
  | { readonly kind: "revoke" | "forget"; readonly permitId: string; readonly at: Date };

/**
 * What became of a change.
 *
 * | status | meaning |
 * |---|---|
 * | `recorded` | it is durable |
 * | `unchanged` | the ledger said the same already |
 * | `older` | a newer revision is stored, or the permit was erased at a later one; nothing was changed |
 * | `revoked` | the permit was revoked or forgotten (and perhaps erased since), and only `issue` with a higher revision takes it up again; nothing was changed |
 * | `unknown` | `revoke` or `forget` of a permit that was never here, or that ended and was erased; nothing was changed |
 * | `conflict` | the stored permit has this very revision and other content; nothing of the call was recorded |
 */
export type ChangeStatus = "recorded" | "unchanged" | "older" | "revoked" | "unknown" | "conflict";

/** A transaction of the host's, as `pg` has it: a client on which BEGIN was called. */
export interface LedgerTransaction {
  query(
    text: string,
    values?: unknown[],
  ): Promise<{ rows: Record<string, unknown>[]; rowCount: number | null }>;
}

/** A permit as it is kept. */
export interface StoredPermit {
  readonly permit: Permit;
  /** `forgotten`: revoked, and erased as soon as no vendor has a right of it any more. */
  readonly state: "active" | "revoked" | "forgotten";
  /** When the last change of it was recorded (its `at`). */
  readonly changedAt: Date;
}

export interface ClaimRequest {
  readonly providerId: string;
  readonly now: Date;
  readonly limit: number;
  readonly leaseMs: number;
}

/** A delivery that is this process's to work on. */
export interface ClaimedDelivery extends DeliveryId {
  readonly companyId: string;
  /** Undefined: erased. Its delivery has no live right then. */
  readonly stored: StoredPermit | undefined;
  readonly delivery: Delivery;
  /** Since when something is to be done; the instant of the claim when nothing was. */
  readonly dueSince: Date;
  /** Which change it shows; goes back with `save`, so that a change that came meanwhile is not lost. */
  readonly version: number;
}

/** What is known of a delivery after some work. */
export interface DeliveryUpdate extends DeliveryId {
  readonly delivery: Delivery;
  readonly version: number;
  /** Absent: the claim goes on, and only `delivery` is written. */
  readonly release?: {
    /** When it is to be looked at again; null: when something changes. A change that came meanwhile wins: due at once. */
    readonly dueAt: Date | null;
    /**
     * Whether what was due has been done: then `dueSince` begins anew, at `dueAt` or at the first change that came
     * meanwhile. Otherwise it stays, and the delivery is pending until it is settled.
     */
    readonly settled: boolean;
  };
}

export interface DeliveryCounts {
  /** Deliveries with something to be done (`dueSince <= now`), those that wait for another attempt included, and those being worked on. */
  readonly pending: number;
  /** `dueSince` of the longest pending one; null when none is. */
  readonly oldestDueSince: Date | null;
  /** Refused operations that wait for a person. */
  readonly failed: number;
  /** Deliveries with a location without a target, of permits that are neither revoked nor over. */
  readonly unmapped: number;
}

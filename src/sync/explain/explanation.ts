import type { EnforcementErrorCode } from "../../core/errors.ts";
import type { MappingIssue } from "../../core/mapping/mapping.ts";
import type { NameDifference } from "../../core/names/rank-candidates.ts";
import type { Intent } from "../ledger/delivery.ts";
import type { KnownState } from "../ledger/ledger.ts";

/**
 * Where one permit is, by what the ledger holds and the directory says at one instant. It names plates, so it is personal
 * data.
 */
export interface PermitExplanation {
  readonly permitId: string;
  /** The instant of the explanation. */
  readonly at: Date;
  /** The permit's own state; `unknown`: it was never recorded in this ledger. */
  readonly state: KnownState | "unknown";
  /** Absent when the state is `unknown`. */
  readonly companyId?: string;
  /** The recorded revision. A higher one that the host has was not recorded; a lower one is superseded. */
  readonly revision?: number;
  /** When the host's last change was recorded. */
  readonly changedAt?: Date;
  /**
   * One for each push provider, location and plate: those that the permit names now, and those of which a vendor has
   * something left; last those of providers that are not switched on there. A location that has another name at the vendor by now has a second one for as long as something is left
   * under the old name. Empty when the permit is unknown or erased.
   */
  readonly entries: readonly PermitExplanationEntry[];
  /** One for the permit, whether the vendors have it; then one for each entry, in order, with its remedy behind it. */
  readonly sentences: readonly string[];
}

/** One plate of a permit at one location, at one push provider. */
export type PermitExplanationEntry = {
  readonly providerId: string;
  readonly locationId: string;
  readonly plate: { readonly number: string; readonly region?: string };
  /** The vendor's name for the location, as it was sent or is to be sent; null where there is none. */
  readonly target: string | null;
  /** What the directory calls it now, where that is another name; absent: it is the same, or was not judged. */
  readonly targetNow?: string;
  /**
   * Whether the vendor's own list has the target, for a registration that is on its way or was refused, and for a location
   * without a target. Absent: that is no question.
   */
  readonly targetCheck?: TargetCheck;
  /** The entry in words, for a support desk. */
  readonly sentence: string;
  /** Who can mend what is wrong, and how; or that nothing is to be done. */
  readonly remedy: string;
} & (AcknowledgedEntry | OnItsWayEntry | NotSentEntry | WithdrawnEntry | NotJudgedEntry);

/**
 * What the vendor's list of zones says of a target, by the validator of the mapping.
 *
 * | status | meaning |
 * |---|---|
 * | `in_list` | the vendor has it, and calls it `vendorTarget` |
 * | `not_in_list` | the vendor does not have it as it is written; `issue` says how it differs from what the vendor has |
 * | `candidates` | the location has no target; these are the vendor's names that are closest to the location's name, best first, at most three |
 * | `not_judged` | see {@link TargetNotJudged} |
 */
export type TargetCheck =
  | { readonly status: "in_list"; readonly vendorTarget: string }
  | { readonly status: "not_in_list"; readonly issue: MappingIssue }
  | { readonly status: "candidates"; readonly candidates: readonly TargetCandidate[] }
  | { readonly status: "not_judged"; readonly reason: TargetNotJudged };

/** A name of the vendor's list. */
export interface TargetCandidate {
  readonly name: string;
  /** How it differs from the location's name; null: it is the same. */
  readonly difference: NameDifference | null;
}

/**
 * Why a target was not compared with the vendor's list.
 *
 * | reason | meaning |
 * |---|---|
 * | `no_provider` | the provider was not handed in |
 * | `no_list` | the vendor does not list its zones: HotSpot, for example |
 * | `vendor_down` | the vendor is down, and was not asked |
 * | `list_failed` | the vendor did not give its list, or not within 10 seconds |
 * | `list_incomplete` | the list does not have it, and may be incomplete; or the targets are ids of the host's own |
 */
export type TargetNotJudged = "no_provider" | "no_list" | "vendor_down" | "list_failed" | "list_incomplete";

/** The vendor has acknowledged the right. */
export interface AcknowledgedEntry {
  readonly status: "acknowledged";
  readonly reference: string;
  /** When the vendor first acknowledged it; null: it was written before this was kept. */
  readonly since: Date | null;
  /** Until when the vendor knows the right. */
  readonly coveredUntil: Date;
  /**
   * When `reconcile` last began to read a list of the vendor that showed the right with the end that was acknowledged then.
   * Null: it has not since the right was acknowledged, or the last complete list did not show it so.
   */
  readonly readBackAt: Date | null;
  /** A change of its end that is under way, was refused, or will be made; absent: there is none. */
  readonly change?: OpenOperation | RefusedOperation;
}

/** An operation was decided and has no result yet, or is about to be decided. */
export interface OnItsWayEntry extends OpenOperation {
  readonly status: "on_its_way";
  /** Absent before the operation is decided. */
  readonly reference?: string;
}

export interface OpenOperation {
  readonly operation: Intent["operation"];
  /** Null: it waits to be decided. */
  readonly decidedAt: Date | null;
  /** How often it was sent without a known result. */
  readonly attempts: number;
  /**
   * When it is tried next, at the earliest. Null: it is being sent, will be as soon as a request is free, or is planned anew
   * at once, because something has changed.
   */
  readonly nextTryAt: Date | null;
  /** What was wrong with the last attempt; absent: there was none, or nothing is known of it. */
  readonly trouble?: VendorWords & { readonly at: Date };
  /**
   * The provider's breaker is open since then, so that nothing is sent. Absent: it is closed. In a process that does not
   * deliver, it is what the ledger was told last: see `Ledger.noteOutage`.
   */
  readonly breakerOpenSince?: Date;
}

/** What a vendor, or this package for it, said of an attempt. It holds no plate and no secret. */
export interface VendorWords {
  readonly code: EnforcementErrorCode;
  readonly message: string;
  /** The HTTP status, where there was one. */
  readonly status?: number;
  readonly vendorCode?: string;
  readonly vendorMessage?: string;
}

/** The vendor refused an operation for good. */
export interface RefusedOperation extends VendorWords {
  readonly operation: Intent["operation"];
  readonly failedAt: Date;
  /** The field of the registration that could not be used; absent: none was named. */
  readonly field?: string;
  /** The key for `retry` and `dismiss`. */
  readonly failureKey: string;
  readonly isDismissed: boolean;
  /** An earlier attempt, or an earlier end, got no answer and may have been carried out. Absent: there was none. */
  readonly mayBeDone?: true;
  /** When sync sends it again by itself; absent: it does not. */
  readonly retryAt?: Date;
}

/** The vendor does not have the right, and nothing is under way. */
export type NotSentEntry = RefusedEntry | UnsentEntry;

/** The registration, or a cancellation in doubt, was refused. */
export interface RefusedEntry {
  readonly status: "not_sent";
  readonly reason: RefusedReason;
  readonly reference: string;
  readonly refusal: RefusedOperation;
}

/**
 * Why there is a refusal.
 *
 * | reason | meaning |
 * |---|---|
 * | `refused` | the vendor refused it, in its words |
 * | `dismissed` | it was refused, and a person dismissed the refusal |
 * | `plate_without_region` | the vendor needs the plate's region, and neither the permit nor the location gives one |
 * | `target_unknown` | the vendor does not have the target: `targetCheck` says how it differs from what the vendor has, where its list was at hand |
 */
export type RefusedReason = "refused" | "dismissed" | "plate_without_region" | "target_unknown";

/** Nothing was sent, or nothing is left of what was. */
export type UnsentEntry = { readonly status: "not_sent" } & (
  | { readonly reason: "starts_later" /** When it will be sent. */; readonly sendAt: Date }
  | { readonly reason: PlainReason }
);

/**
 * Why nothing is sent.
 *
 * | reason | meaning |
 * |---|---|
 * | `revoked` | the permit was revoked or forgotten |
 * | `over` | the permit has ended |
 * | `superseded` | the permit no longer names this plate or location |
 * | `company_unknown` | the directory does not have the company |
 * | `company_off` | the provider is switched off for the company |
 * | `location_unknown` | the directory does not have the location |
 * | `location_off` | the provider is switched off for the location |
 * | `location_unreadable` | the directory's entry of the location cannot be read |
 * | `no_target` | the location has no target for the provider |
 * | `not_refreshed` | the directory asks for it now, and sync was not told: call `refresh` |
 */
export type PlainReason =
  | "revoked"
  | "over"
  | "superseded"
  | "company_unknown"
  | "company_off"
  | "location_unknown"
  | "location_off"
  | "location_unreadable"
  | "no_target"
  | "not_refreshed";

/** The vendor had the right, and ended it for a cancellation. */
export interface WithdrawnEntry {
  readonly status: "withdrawn";
  readonly reference: string;
  /** When the vendor's answer came. */
  readonly withdrawnAt: Date;
  /** Why it is not there now; absent: that was not judged. */
  readonly reason?: PlainReason | "starts_later";
}

/** Nothing is sent, and what would tell why was not handed in or did not answer. */
export interface NotJudgedEntry {
  readonly status: "not_judged";
  readonly reason: "no_directory" | "directory_failed";
}

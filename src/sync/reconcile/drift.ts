/**
 * How a vendor's list differs from what the vendor acknowledged.
 *
 * | kind | meaning | repaired by |
 * |---|---|---|
 * | `missing` | a right that should be shown now is not | registering it again under the same reference; where the vendor refuses that, as a new generation |
 * | `other_end` | it is shown with another end | stating the acknowledged end again |
 * | `extra` | a right with a reference of this package is shown, and no permit of the ledger has it | cancelling it |
 */
export type DriftKind = "missing" | "other_end" | "extra";

/** One right that differs. It holds no plate. */
export interface Drift {
  readonly kind: DriftKind;
  /** The target's name on the vendor's wire. */
  readonly target: string;
  readonly reference: string;
  /** Absent for `extra`: the ledger does not know its permit. */
  readonly permitId?: string;
  readonly locationId?: string;
  /**
   * True when the vendor's state is correct now, or durable sync delivers the repair. False: the repair was not asked
   * for, or was refused.
   */
  readonly repaired: boolean;
}

/** The number of differences of each kind. */
export type DriftCounts = Readonly<Record<DriftKind, number>>;

/** Options of `reconcile`. */
export interface ReconcileOptions {
  /** Ends the run with `aborted`. What was repaired until then stays repaired. Default: none. */
  signal?: AbortSignal;
  /** Called after each target. Errors that it throws, or rejects with, are ignored. */
  onProgress?: (progress: ReconcileProgress) => void;
  /**
   * Which differences are repaired. `true` (default): all kinds. `false`: none, the run only looks. A list: only these
   * kinds. Leave `extra` out where another ledger sends to the same vendor account: its rights carry references of this
   * package too, and cannot be told from lost ones of this ledger.
   */
  repair?: boolean | readonly DriftKind[];
  /**
   * Targets to compare besides those that the ledger and its companies' locations name: a zone that is no location's
   * target any more, or all zones after the ledger was lost. Default: none.
   */
  targets?: readonly string[];
  /** Plates that never count as drift, besides the vendor's own test plate (TEST123). Default: none. */
  testPlates?: readonly string[];
}

/** The progress of a run so far. */
export interface ReconcileProgress {
  readonly providerId: string;
  /** Targets that were compared or failed so far. */
  readonly targetsDone: number;
  /** All targets of the run. */
  readonly targets: number;
  /** Records that the vendor listed so far, including those of others. */
  readonly listed: number;
  /** Acknowledged rights compared so far. */
  readonly compared: number;
  readonly drift: DriftCounts;
}

/** What `reconcile` found and repaired. */
export interface ReconcileReport {
  readonly providerId: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
  /** How many targets were compared. */
  readonly targets: number;
  /**
   * Targets whose list may be incomplete, the first 100. There, only rights that were also looked up by plate count as
   * missing.
   */
  readonly incompleteTargets: readonly string[];
  /** Targets that the vendor did not list, the first 100. Their rights were not compared. */
  readonly failedTargets: readonly { readonly target: string; readonly code: string }[];
  readonly listed: number;
  /** Records of others. Sync never touches them. */
  readonly foreign: number;
  readonly compared: number;
  /** Rights that were being changed during the run, and left alone. */
  readonly inFlight: number;
  readonly drift: DriftCounts;
  readonly repaired: DriftCounts;
  /** The differences found, the first 100. */
  readonly findings: readonly Drift[];
}

/** The most findings, and the most failed or incomplete targets, that a report holds. */
export const MAX_FINDINGS = 100;

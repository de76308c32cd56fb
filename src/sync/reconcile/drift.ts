/**
 * How a vendor differs from what it acknowledged.
 *
 * | kind | meaning | repaired by |
 * |---|---|---|
 * | `missing` | a right that should be shown now is not | registering it again under the same reference; where the vendor refuses that, as a new one |
 * | `other_end` | it is shown with another end | stating the acknowledged end again |
 * | `extra` | a right with a reference of ours is shown, and no permit of the ledger has it | cancelling it |
 */
export type DriftKind = "missing" | "other_end" | "extra";

/** One right that differs. It holds no plate. */
export interface Drift {
  readonly kind: DriftKind;
  /** As the vendor's wire names it. */
  readonly target: string;
  readonly reference: string;
  /** Absent for `extra`: nobody knows whose it was. */
  readonly permitId?: string;
  readonly locationId?: string;
  /** True when it is as it should be now, or durable sync delivers it. False: not asked for, or refused. */
  readonly repaired: boolean;
}

/** How many of each kind. */
export type DriftCounts = Readonly<Record<DriftKind, number>>;

/** Options of `reconcile`. */
export interface ReconcileOptions {
  signal?: AbortSignal;
  /** Called after each target. What it throws is ignored. */
  onProgress?: (progress: ReconcileProgress) => void;
  /**
   * Default true. False: only look. A list: only these kinds. Leave `extra` out where another ledger sends to the same
   * vendor account: its rights carry references of this package as well, and nothing tells them from lost ones of ours.
   */
  repair?: boolean | readonly DriftKind[];
  /**
   * Targets to look at besides those that the ledger and its companies' locations name: a zone that no location stands for
   * any more, or all of them after the ledger was lost.
   */
  targets?: readonly string[];
  /** Plates that never count as drift, besides the vendor's own test plate (TEST123). */
  testPlates?: readonly string[];
}

/** How far it is. */
export interface ReconcileProgress {
  readonly providerId: string;
  readonly targetsDone: number;
  readonly targets: number;
  /** Records that the vendor showed so far, others' included. */
  readonly listed: number;
  /** Acknowledged rights that were compared so far. */
  readonly compared: number;
  readonly drift: DriftCounts;
}

/** What `reconcile` found, and did. */
export interface ReconcileReport {
  readonly providerId: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
  /** Targets that were compared. */
  readonly targets: number;
  /** Targets whose list may not be all there is: only what could be looked for by its plate counts as missing there. */
  readonly incompleteTargets: readonly string[];
  /** Targets that the vendor would not list, the first 100. Their rights were not compared. */
  readonly failedTargets: readonly { readonly target: string; readonly code: string }[];
  readonly listed: number;
  /** Records of others. They are never touched. */
  readonly foreign: number;
  readonly compared: number;
  /** Rights that were just being changed, and left alone. */
  readonly inFlight: number;
  readonly drift: DriftCounts;
  readonly repaired: DriftCounts;
  /** The first 100. */
  readonly findings: readonly Drift[];
}

/** How many findings, and names of targets, a report holds at most. */
export const MAX_FINDINGS = 100;

import type { EnforcementError } from "../../core/errors.ts";
import type { Candidate, Look } from "./compare-target.ts";
import {
  type Drift,
  type DriftKind,
  MAX_FINDINGS,
  type ReconcileProgress,
  type ReconcileReport,
} from "./drift.ts";
import type { RepairEnd } from "./repair-drift.ts";

/** The results of one target. */
interface TargetEnd {
  readonly look: Look;
  readonly confirmed: readonly Candidate[];
  readonly end: RepairEnd;
  readonly isComplete: boolean;
}

/** Adds up the results of all targets. Its size depends on the number of targets, not on that of rights. */
export class ReconcileTally {
  readonly #providerId: string;
  readonly #startedAt: Date;
  readonly #targets: number;
  readonly #drift = noDrift();
  readonly #repaired = noDrift();
  readonly #findings: Drift[] = [];
  readonly #incompleteTargets: string[] = [];
  readonly #failedTargets: { target: string; code: string }[] = [];
  readonly #sums = { listed: 0, foreign: 0, compared: 0, inFlight: 0 };
  #compared = 0;
  #failed = 0;

  constructor(providerId: string, { startedAt, targets }: { startedAt: Date; targets: number }) {
    this.#providerId = providerId;
    this.#startedAt = startedAt;
    this.#targets = targets;
  }

  add(target: string, { look, confirmed, end, isComplete }: TargetEnd): void {
    this.#compared += 1;
    for (const key of ["listed", "foreign", "compared", "inFlight"] as const) this.#sums[key] += look[key];
    if (!isComplete && this.#incompleteTargets.length < MAX_FINDINGS) this.#incompleteTargets.push(target);
    for (const candidate of confirmed) {
      const { kind, reference } = candidate;
      if (end.changed.has(reference)) {
        this.#sums.inFlight += 1;
        continue;
      }
      const isRepaired = end.repaired.has(reference);
      this.#drift[kind] += 1;
      if (isRepaired) this.#repaired[kind] += 1;
      if (this.#findings.length < MAX_FINDINGS) {
        this.#findings.push({ kind, target, reference, ...ownerOf(candidate), repaired: isRepaired });
      }
    }
  }

  fail(target: string, { code }: EnforcementError): void {
    this.#failed += 1;
    if (this.#failedTargets.length < MAX_FINDINGS) this.#failedTargets.push({ target, code });
  }

  progress(): ReconcileProgress {
    const { listed, compared } = this.#sums;
    return {
      providerId: this.#providerId,
      targetsDone: this.#compared + this.#failed,
      targets: this.#targets,
      listed,
      compared,
      drift: { ...this.#drift },
    };
  }

  report(endedAt: Date): ReconcileReport {
    return {
      providerId: this.#providerId,
      startedAt: this.#startedAt,
      endedAt,
      targets: this.#compared,
      incompleteTargets: this.#incompleteTargets,
      failedTargets: this.#failedTargets,
      ...this.#sums,
      drift: { ...this.#drift },
      repaired: { ...this.#repaired },
      findings: this.#findings,
    };
  }
}

function noDrift(): Record<DriftKind, number> {
  return { missing: 0, other_end: 0, extra: 0 };
}

function ownerOf(candidate: Candidate): Pick<Drift, "permitId" | "locationId"> {
  if (candidate.kind === "extra") return {};
  const { permitId, right } = candidate;
  return { permitId, locationId: right.registration.locationId };
}

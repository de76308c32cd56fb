import type { EnforcementError, EnforcementErrorCode } from "../../core/errors.ts";
import { readOptionalText, readRecord } from "../../core/fields.ts";
import { readInteger, readSignal } from "../../core/options.ts";
import type { WatchedEnd } from "../deliver/watched-outcomes.ts";
import type { Repair } from "../ledger/delivery.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Timers } from "../pace/timers.ts";
import { readListener } from "./options.ts";
import { type RepairContext, repairBatchSize, requireRunning } from "./repair-context.ts";
import { isAcknowledged, type RightToSend, sendAgain } from "./send-again.ts";

const MAX_REFUSALS = 100;
const REPEAT: Repair = { operation: "register", whenRefused: "keep" };

/** Options of `reassert`. */
export interface ReassertOptions {
  /** Ends the run with `aborted`. Continue later with `after`. Default: none. */
  signal?: AbortSignal;
  /** Called after each batch. Errors that it throws, or rejects with, are ignored. */
  onProgress?: (progress: ReassertProgress) => void;
  /** The most registrations sent in a second: 1 to 10,000. Default 20. */
  perSecond?: number;
  /** Continues after this target: the `lastTarget` of an interrupted run. Default: from the first target. */
  after?: string;
}

/** The progress of a run so far. */
export interface ReassertProgress {
  readonly providerId: string;
  /** The last finished target, in alphabetical order; null: none yet. Keep it to continue from there. */
  readonly lastTarget: string | null;
  readonly targetsDone: number;
  readonly targets: number;
  /** Repeats that the vendor acknowledged. */
  readonly acknowledged: number;
  /** Repeats that the vendor refused. */
  readonly refused: number;
}

/** What `reassert` did. */
export interface ReassertReport extends ReassertProgress {
  readonly startedAt: Date;
  readonly endedAt: Date;
  /** Rights that were being changed, or whose repeat got no clear answer. Durable sync delivers them. */
  readonly inFlight: number;
  /** Repeats that the vendor refused, the first 100. The right stays as it was acknowledged. */
  readonly refusals: readonly {
    readonly permitId: string;
    readonly target: string;
    readonly code: EnforcementErrorCode;
    readonly vendorCode?: string;
  }[];
}

export interface ReassertContext extends RepairContext {
  readonly timers: Timers;
}

/**
 * Sends every live registration again, target by target. A vendor that has it changes nothing; a vendor that lost it
 * has it again. For vendors that cannot be listed. It does not find rights that are at the vendor and in no ledger.
 *
 * @throws EnforcementError `invalid_input` naming the option; `aborted`; `unavailable` when the ledger fails; the
 * vendor's error when it cannot be used: continue later with `lastTarget` of the progress
 */
export async function reassertProvider(
  context: ReassertContext,
  options: ReassertOptions = {},
): Promise<ReassertReport> {
  const { provider, ledger, timers } = context;
  const { signal, perSecond, after, onProgress } = readReassertOptions(options);
  const providerId = provider.id;
  const startedAt = timers.now();
  const targets = await listTargets(ledger, providerId);
  const refusals: ReassertReport["refusals"][number][] = [];
  const sums = { acknowledged: 0, refused: 0, inFlight: 0 };
  let lastTarget = after ?? null;
  let targetsDone = targets.filter((target) => after !== undefined && target <= after).length;
  const progress = (): ReassertProgress => {
    const { acknowledged, refused } = sums;
    return { providerId, lastTarget, targetsDone, targets: targets.length, acknowledged, refused };
  };

  async function send(batch: readonly RightToSend[], target: string): Promise<void> {
    requireRunning(signal, { providerId, operation: "reassert" });
    // It begins with the request and runs by the timers, not by the clock, which may be set.
    const pause = beginPause(timers, (batch.length * 1_000) / perSecond, signal);
    try {
      const ends = await sendAgain(batch, context, signal);
      for (const { reference, permitId } of batch) note(ends.get(reference), { target, permitId });
      onProgress(progress());
      const error = troubleOf(ends);
      if (error !== undefined) throw error;
      await pause.over;
    } finally {
      pause.end();
    }
  }

  function note(end: WatchedEnd | undefined, about: { target: string; permitId: string }): void {
    if (end?.end === "acknowledged") sums.acknowledged += 1;
    else if (end?.end === "refused") {
      const { code, vendorCode } = end.error;
      sums.refused += 1;
      const words = vendorCode === undefined ? {} : { vendorCode };
      if (refusals.length < MAX_REFUSALS) refusals.push({ ...about, code, ...words });
    } else sums.inFlight += 1;
  }

  for (const target of targets.slice(targetsDone)) {
    requireRunning(signal, { providerId, operation: "reassert" });
    const size = Math.min(perSecond, repairBatchSize(provider));
    let batch: RightToSend[] = [];
    for await (const { delivery, permitId } of ledger.listAt(providerId, target)) {
      for (const right of delivery.rights) {
        const { reference, receipt } = right;
        if (receipt?.target !== target || Date.parse(receipt.coveredUntil) <= timers.now().getTime())
          continue;
        if (!isAcknowledged(right)) sums.inFlight += 1;
        else batch.push({ permitId, reference, coveredUntil: receipt.coveredUntil, repair: REPEAT });
        if (batch.length < size) continue;
        await send(batch, target);
        batch = [];
      }
    }
    if (batch.length > 0) await send(batch, target);
    lastTarget = target;
    targetsDone += 1;
  }
  onProgress(progress());
  return { ...progress(), startedAt, endedAt: timers.now(), inFlight: sums.inFlight, refusals };
}

/** The error of a batch of which nothing got through, because the vendor is down. */
function troubleOf(ends: ReadonlyMap<string, WatchedEnd>): EnforcementError | undefined {
  let error: EnforcementError | undefined;
  for (const end of ends.values()) {
    if (end.end !== "pending") return undefined;
    error ??= end.error;
  }
  return error;
}

async function listTargets(ledger: Ledger, providerId: string): Promise<string[]> {
  const targets: string[] = [];
  for await (const target of ledger.listTargets(providerId)) targets.push(target);
  return targets.sort();
}

function readReassertOptions(options: ReassertOptions) {
  const given = readRecord(options, "options", ["signal", "onProgress", "perSecond", "after"]);
  return {
    signal: readSignal(given["signal"], "options.signal"),
    perSecond: readInteger(given["perSecond"] ?? 20, "options.perSecond", { least: 1, most: 10_000 }),
    after: readOptionalText(given["after"], "options.after"),
    onProgress: readListener<ReassertProgress>(given["onProgress"], "options.onProgress"),
  };
}

interface Pause {
  /** Fulfilled when its time has passed, the signal aborted, or `end` was called. */
  readonly over: Promise<void>;
  end(): void;
}

function beginPause(timers: Timers, milliseconds: number, signal: AbortSignal | undefined): Pause {
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    const cancel = timers.after(milliseconds, () => end());
    end = () => {
      cancel();
      signal?.removeEventListener("abort", end);
      resolve();
    };
    signal?.addEventListener("abort", end, { once: true });
  });
  return { over, end: () => end() };
}

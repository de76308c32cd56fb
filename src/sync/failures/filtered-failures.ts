import { timeOf } from "../../core/instant.ts";
import { toFailureKey } from "../deliver/failure-key.ts";
import type { Refusal, RegistrationState } from "../ledger/delivery.ts";
import { isAhead } from "../ledger/delivery-facts.ts";
import {
  type ChangeContext,
  type ChangeEnd,
  MAX_CLAIM_WAIT_MS,
  pauseAfter,
  tryChanges,
} from "./change-delivery.ts";
import { type CheckedFailureFilter, fitsRefusal, isOfPlace } from "./failure-filter.ts";
import { type FailuresReport, FailuresTally } from "./failures-report.ts";
import { type RefusalChange, RightsChange } from "./rights-change.ts";

/** The deliveries that are claimed, changed and written together. */
const DELIVERIES_AT_ONCE = 20;
/** How many deliveries may wait for other claims before no more are listed. */
const MAX_BUSY = 500;

/** Reports what a filter selects, and changes nothing. */
export async function reportMatching(
  context: ChangeContext,
  filter: CheckedFailureFilter,
): Promise<FailuresReport> {
  const tally = new FailuresTally();
  const selects = await selectBefore(context, filter);
  for await (const { key: reference, providerId, permitId } of listMatching(context, filter, selects)) {
    tally.add({ key: toFailureKey({ providerId, permitId, reference }), status: "matched" });
  }
  return tally.toReport(true);
}

/** Changes what a filter selects. @throws EnforcementError `unavailable` when the ledger fails on the way */
export async function changeMatching(
  context: ChangeContext,
  filter: CheckedFailureFilter,
  changeRight: (right: RegistrationState) => RegistrationState,
): Promise<FailuresReport> {
  const selects = await selectBefore(context, filter);
  const run = new FilterRun(context, { changeRight, isMeant: selects });
  for await (const { providerId, permitId, key } of listMatching(context, filter, selects)) {
    await run.add(providerId, permitId, key);
  }
  return run.end();
}

type Selects = (refusal: Pick<Refusal, "code" | "failedAt">) => boolean;

/**
 * Whether a filter selects a refusal that is older than the call. A vendor may refuse again what the call sends again, and
 * the call would send it once more, without an end.
 */
async function selectBefore(
  { openLedger, timers }: ChangeContext,
  filter: CheckedFailureFilter,
): Promise<Selects> {
  // Refusals are dated by the ledger's clock, which is not known before the ledger is open.
  await openLedger();
  const begin = timers.now().getTime();
  return (refusal) => {
    const time = timeOf(refusal.failedAt);
    // What is dated ahead was refused before the clock was set back.
    const isOlder = time <= begin || isAhead(refusal.failedAt, timers.now().getTime());
    return isOlder && fitsRefusal(filter, refusal);
  };
}

/** The failures that are selected, oldest first. */
async function* listMatching(
  { openLedger, pace }: ChangeContext,
  filter: CheckedFailureFilter,
  selects: Selects,
) {
  const ledger = await openLedger();
  const slicer = pace.createSlicer();
  for await (const failure of ledger.listFailures(filter.providerId)) {
    // The list is in the order of `failedAt`.
    if (timeOf(failure.failedAt) >= filter.until) return;
    if (isOfPlace(filter, failure) && selects(failure)) yield failure;
    if (slicer.isOver) await slicer.nextTurn();
  }
}

/** A delivery that other work has claimed. */
interface BusyDelivery {
  readonly rights: RightsChange;
  /** When it is given up, in milliseconds of the monotonic clock. */
  readonly until: number;
}

/** Changes the failures that it is given, some deliveries at a time. Those that other work has claimed are tried again. */
class FilterRun {
  readonly #context: ChangeContext;
  readonly #refusalChange: RefusalChange;
  readonly #tally = new FailuresTally();
  #batch = new Map<string, RightsChange>();
  #busy: BusyDelivery[] = [];
  #tries = 0;

  constructor(context: ChangeContext, refusalChange: RefusalChange) {
    this.#context = context;
    this.#refusalChange = refusalChange;
  }

  async add(providerId: string, permitId: string, reference: string): Promise<void> {
    const id = toFailureKey({ providerId, permitId, reference: "" });
    const rights = this.#batch.get(id) ?? new RightsChange({ providerId, permitId }, this.#refusalChange);
    // Refusals of one permit are changed under one claim.
    rights.references.add(reference);
    this.#batch.set(id, rights);
    if (this.#batch.size < DELIVERIES_AT_ONCE) return;
    await this.#begin();
    while (this.#busy.length >= MAX_BUSY) await this.#tryAgain();
  }

  async end(): Promise<FailuresReport> {
    await this.#begin();
    while (this.#busy.length > 0) await this.#tryAgain();
    return this.#tally.toReport(false);
  }

  async #begin(): Promise<void> {
    const batch = [...this.#batch.values()];
    this.#batch = new Map();
    const until = this.#context.timers.monotonic() + MAX_CLAIM_WAIT_MS;
    const left = await this.#try(batch);
    if (left.length > 0) this.#tries = 0;
    for (const rights of left) this.#busy.push({ rights, until });
  }

  async #tryAgain(): Promise<void> {
    const { timers } = this.#context;
    const pauseMs = pauseAfter(this.#tries);
    this.#tries += 1;
    await new Promise<void>((resolve) => timers.after(pauseMs, resolve));
    const waiting = this.#busy;
    this.#busy = [];
    for (let start = 0; start < waiting.length; start += DELIVERIES_AT_ONCE) {
      const part = waiting.slice(start, start + DELIVERIES_AT_ONCE);
      const left = new Set(await this.#try(part.map(({ rights }) => rights)));
      const now = timers.monotonic();
      for (const delivery of part) {
        if (!left.has(delivery.rights)) continue;
        if (delivery.until <= now) this.#note(delivery.rights, "busy");
        else this.#busy.push(delivery);
      }
    }
  }

  /** Returns those that other work has claimed. */
  async #try(all: readonly RightsChange[]): Promise<RightsChange[]> {
    if (all.length === 0) return [];
    await this.#context.pace.haveTurn();
    const ends = await tryChanges(this.#context, all);
    const left: RightsChange[] = [];
    for (const [index, rights] of all.entries()) {
      const end = ends[index];
      if (end === "busy" || end === undefined) left.push(rights);
      else this.#note(rights, end);
    }
    return left;
  }

  #note(rights: RightsChange, end: ChangeEnd): void {
    const { providerId, permitId, references } = rights;
    for (const reference of references) {
      const key = toFailureKey({ providerId, permitId, reference });
      this.#tally.add({ key, status: rights.statusOf(reference, end) });
    }
  }
}

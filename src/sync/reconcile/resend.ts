import type { EnforcementError } from "../../core/errors.ts";
import type { PushProvider } from "../../core/provider.ts";
import { applyOutcome } from "../deliver/apply-outcome.ts";
import { describeOutcome } from "../deliver/describe-outcome.ts";
import type { Emit } from "../deliver/events.ts";
import { isRefusal } from "../deliver/send/judge-error.ts";
import { type BatchItem, sendBatch } from "../deliver/send/send-batch.ts";
import type { Intent, ProviderState, RegistrationState } from "../ledger/delivery.ts";
import { LEASE_MS, LONGEST_REQUEST_MS } from "../ledger/lease.ts";
import type { ClaimedDelivery, Ledger } from "../ledger/ledger.ts";
import { isSettled } from "./compare-target.ts";

/** An acknowledged right to send again. */
export interface Resend {
  readonly permitId: string;
  readonly reference: string;
  /** `register`: the right is registered again. `amend`: its acknowledged end is stated again. */
  readonly operation: "register" | "amend";
  /** The acknowledged end when the repeat was decided. When it has changed since, the right is left alone. */
  readonly coveredUntil: string;
}

/**
 * The result of a repeat. `changed`: the right is being delivered, was changed meanwhile or is no longer wanted, so
 * nothing was sent. `pending`: the result is not known, and durable sync repeats the operation.
 */
export type ResendEnd =
  | { readonly end: "acknowledged" }
  | { readonly end: "changed" }
  | { readonly end: "refused"; readonly error: EnforcementError }
  | { readonly end: "pending"; readonly error: EnforcementError };

export interface ResendContext {
  readonly provider: PushProvider;
  readonly ledger: Ledger;
  readonly clock: () => Date;
  readonly signal: AbortSignal | undefined;
  /**
   * What happens when the vendor refuses to register a right again. `replace`: the vendor does not have it, so it is
   * registered under a new reference. `keep`: the vendor has it and takes no repeats, so the right stays as it was.
   */
  readonly whenRefused: "replace" | "keep";
  /** Emits the operations that the vendor carried out, once they are written. Absent: no events. */
  readonly emit?: Emit;
}

type BatchOutcome = Awaited<ReturnType<typeof sendBatch>>[number];

interface Work {
  readonly claimed: ClaimedDelivery;
  delivery: ProviderState;
}

interface Sending extends BatchItem {
  readonly work: Work;
  readonly before: RegistrationState;
  readonly resend: Resend;
}

/**
 * Sends acknowledged rights again, in one batch where possible. Each is claimed first, so that no other process changes
 * it meanwhile, and its intent is written before anything is sent, as for every delivery. Returns one result per right,
 * in order.
 */
export async function resendRights(resends: readonly Resend[], context: ResendContext): Promise<ResendEnd[]> {
  const { ledger, provider, clock, signal, emit } = context;
  const works = await claimAll(resends, context);
  const sendings = resends.flatMap((resend) => prepare(resend, works.get(resend.permitId), clock()));
  const ends = new Map<Resend, ResendEnd>();
  const events: Parameters<Emit>[0][] = [];
  try {
    const written = await saveAll(ledger, sendings);
    for (const batch of batchesOf(written)) {
      const outcomes = await sendBatch(provider, batch, boundedBy(signal));
      for (const [index, sending] of batch.entries()) {
        const outcome = outcomes[index];
        if (outcome === undefined) continue;
        ends.set(sending.resend, conclude(sending, outcome, context));
        const event = outcome.ok && describeOutcome(sending.work.claimed, sending.right, outcome);
        if (event) events.push(event);
      }
    }
  } finally {
    await releaseAll(ledger, works.values(), clock());
  }
  for (const event of events) emit?.(event);
  return resends.map((resend) => ends.get(resend) ?? { end: "changed" });
}

function boundedBy(signal: AbortSignal | undefined): AbortSignal {
  const bound = AbortSignal.timeout(LONGEST_REQUEST_MS);
  return signal === undefined ? bound : AbortSignal.any([signal, bound]);
}

/**
 * Claims the deliveries after making them due. Most are not due, and with an open intent such a delivery would be lost
 * if this process died: another process takes over only what is due.
 */
async function claimAll(
  resends: readonly Resend[],
  { ledger, provider, clock }: ResendContext,
): Promise<Map<string, Work>> {
  const claimEach = async (permitIds: Iterable<string>): Promise<ClaimedDelivery[]> => {
    const all: ClaimedDelivery[] = [];
    for (const permitId of permitIds) {
      const id = { providerId: provider.id, permitId };
      const claimed = await ledger.claimOne(id, { now: clock(), leaseMs: LEASE_MS });
      if (claimed !== undefined) all.push(claimed);
    }
    return all;
  };
  const found = await claimEach(new Set(resends.map(({ permitId }) => permitId)));
  const release = { dueAt: clock(), settled: false };
  if (found.length > 0) {
    await ledger.save(found.map((claimed) => ({ ...update(claimed, claimed.delivery), release })));
  }
  const taken = await claimEach(found.map(({ permitId }) => permitId));
  return new Map(taken.map((claimed) => [claimed.permitId, { claimed, delivery: claimed.delivery }]));
}

/** Writes the intent into the delivery; empty when the right has changed or is no longer wanted. */
function prepare(resend: Resend, work: Work | undefined, now: Date): Sending[] {
  const { operation, reference, coveredUntil } = resend;
  const before = work?.delivery.rights.find((right) => right.reference === reference);
  if (work === undefined || before === undefined || !isSettled(before)) return [];
  const { receipt } = before;
  const isWanted = work.claimed.stored?.state === "active";
  if (!isWanted || receipt.coveredUntil !== coveredUntil || Date.parse(coveredUntil) <= now.getTime())
    return [];
  const at = now.toISOString();
  const { validTo } = receipt.registration;
  const intent: Intent = { operation, at, validTo, attempts: 0, notBefore: null };
  const right: RegistrationState = { ...before, registration: receipt.registration, intent, failure: null };
  work.delivery = { ...replaceRight(work.delivery, right), decidedAt: at };
  return [{ work, before, resend, right, intent }];
}

/**
 * Writes the intents. Returns those that may be sent: another process works on the deliveries that lost their claim.
 */
async function saveAll(ledger: Ledger, sendings: readonly Sending[]): Promise<Sending[]> {
  const works = [...new Set(sendings.map(({ work }) => work))];
  if (works.length === 0) return [];
  const effects = await ledger.save(works.map(({ claimed, delivery }) => update(claimed, delivery)));
  const written = new Set(works.filter((_, index) => effects[index]));
  return sendings.filter(({ work }) => written.has(work));
}

/** Groups operations of one kind that were decided at one instant. */
function batchesOf(sendings: readonly Sending[]): Sending[][] {
  const batches = new Map<string, Sending[]>();
  for (const sending of sendings) {
    const key = `${sending.intent.operation} ${sending.intent.at}`;
    batches.set(key, [...(batches.get(key) ?? []), sending]);
  }
  return [...batches.values()];
}

function conclude(
  { work, before, right, resend }: Sending,
  outcome: BatchOutcome,
  { clock, provider, whenRefused }: ResendContext,
): ResendEnd {
  const { reference } = right;
  const { openEndedDays } = provider.capabilities;
  const context = { outcome, now: clock(), random: Math.random, openEndedDays };
  const applied = applyOutcome(work.delivery, reference, context);
  const after = applied.rights.find((one) => one.reference === reference);
  work.delivery = applied;
  if (outcome.ok) {
    // An earlier refusal, of a later end for example, still waits for the host's decision.
    if (after !== undefined && before.failure !== null) {
      const { failure, registration } = before;
      work.delivery = replaceRight(applied, { ...after, registration, failure });
    }
    return { end: "acknowledged" };
  }
  const { error } = outcome;
  // A right that the vendor turns out not to have is registered again by durable sync.
  if (!isRefusal(error) || after?.intent !== null || after.lost) return { end: "pending", error };
  if (resend.operation === "register") {
    work.delivery = whenRefused === "keep" ? replaceRight(applied, before) : withoutRight(applied, reference);
  }
  return { end: whenRefused === "replace" && resend.operation === "register" ? "pending" : "refused", error };
}

/** Releases the deliveries, due at once, so that the planner sets their next instants. */
async function releaseAll(ledger: Ledger, works: Iterable<Work>, now: Date): Promise<void> {
  const release = { dueAt: now, settled: false };
  const updates = [...works].map(({ claimed, delivery }) => ({ ...update(claimed, delivery), release }));
  if (updates.length > 0) await ledger.save(updates);
}

function update({ providerId, permitId, version }: ClaimedDelivery, delivery: ProviderState) {
  return { providerId, permitId, version, delivery };
}

function replaceRight(delivery: ProviderState, right: RegistrationState): ProviderState {
  const rights = delivery.rights.map((one) => (one.reference === right.reference ? right : one));
  return { ...delivery, rights };
}

function withoutRight(delivery: ProviderState, reference: string): ProviderState {
  return { ...delivery, rights: delivery.rights.filter((right) => right.reference !== reference) };
}

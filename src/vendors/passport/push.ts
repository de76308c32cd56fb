import { EnforcementError, isEnforcementError, withErrorDetails } from "../../core/errors.ts";
import type { Outcome } from "../../core/provider.ts";
import { type Outcomes, toOutcome } from "../../core/registration/outcome.ts";
import type { Attempt, HttpClient, OperationContext } from "../../http/client.ts";
import { createKeyLocks, type KeyLock, mapLimited } from "../../http/concurrency.ts";
import type { HttpReply } from "../../http/reply.ts";
import type { AuthorizedClient } from "./access-token.ts";
import type { PassportConfig } from "./config.ts";
import { readEventsReply } from "./event-verdicts.ts";
import type { ReadBack } from "./read-back.ts";
import { EVENTS_PATH, type SessionChange, toEventsBody } from "./wire.ts";

/** How many events of one type share a request. Passport's own limit is unpublished. */
export const BATCH_SIZE = 100;

type PushContext = Pick<OperationContext, "operation" | "signal" | "retries" | "isMany">;

/** Pushes session changes. Returns an outcome for each. */
export type Push = (
  changes: readonly SessionChange[],
  context: PushContext,
) => Promise<Outcomes<SessionChange, void>>;

export function createPush(
  http: HttpClient,
  client: AuthorizedClient,
  options: { config: PassportConfig; readBack: ReadBack },
): Push {
  const { config, readBack } = options;
  // Whether Passport keeps the order of requests is unpublished: a session never has two requests in flight.
  const locks = createKeyLocks();

  /** Sends a batch once and stores the outcome of each change. Throws when some changes should be repeated. */
  async function sendOnce(
    attempt: Attempt,
    batch: readonly SessionChange[],
    progress: Progress,
  ): Promise<void> {
    const reply = await client.send(attempt, {
      method: "POST",
      url: `${config.baseUrl}${EVENTS_PATH}`,
      headers: { "content-type": "application/json" },
      body: toEventsBody(batch, config),
      changes: true,
    });
    const { confirmed, refused } = readEventsReply(reply, batch);
    if (!confirmed) return confirm(attempt, batch, { reply, progress });
    for (const change of batch) {
      const error = refused.get(change);
      if (error?.retryable) continue;
      const outcome = progress.uncertain ? "unknown" : error?.outcome;
      const details = { attempts: attempt.number, outcome };
      progress.ends.set(change, error ? { ok: false, error: withErrorDetails(error, details) } : DONE);
    }
    const repeated = [...refused.values()].find(({ retryable }) => retryable);
    if (repeated !== undefined) throw repeated;
  }

  /** Reads back the changes of a 202, which means accepted but not done. A change that is not visible is repeated by identity. */
  async function confirm(
    attempt: Attempt,
    batch: readonly SessionChange[],
    { reply, progress }: { reply: HttpReply; progress: Progress },
  ): Promise<void> {
    await mapLimited(batch, config.http.concurrency, async (change) => {
      if (await readBack.confirms(attempt, change)) progress.ends.set(change, DONE);
    });
    if (batch.every((change) => progress.ends.has(change))) return;
    const message = "Passport accepted the change (202), but does not show it yet.";
    throw new EnforcementError("unavailable", message, {
      outcome: "unknown",
      status: 202,
      traceId: reply.traceId,
    });
  }

  async function sendBatch(
    batch: readonly SessionChange[],
    context: PushContext,
    lock: Pick<KeyLock, "isFree" | "ready">,
  ): Promise<Outcomes<SessionChange, void>> {
    const progress: Progress = { ends: new Map(), uncertain: false };
    const leftOf = (changes: readonly SessionChange[]) =>
      changes.filter((change) => !progress.ends.has(change));
    const plateNumbers = batch.map(({ registration }) => registration.plate.number);
    const whole = await toOutcome(() =>
      http.perform({ ...context, plateNumbers }, async (attempt) => {
        if (!lock.isFree) await attempt.waitInLine(lock.ready);
        try {
          await sendOnce(attempt, leftOf(batch), progress);
        } catch (thrown) {
          progress.uncertain ||= !isEnforcementError(thrown) || thrown.outcome === "unknown";
          throw thrown;
        }
      }),
    );
    const left = leftOf(batch);
    if (whole.ok) return progress.ends;
    if (left.length > 1 && mayHoldOneBadItem(whole.error)) {
      // Passport refuses a request as a whole. Halving the batch isolates the invalid items, and the others are accepted.
      const middle = Math.ceil(left.length / 2);
      for (const half of [left.slice(0, middle), left.slice(middle)]) {
        for (const [change, end] of await sendBatch(half, context, lock)) progress.ends.set(change, end);
      }
    } else for (const change of left) progress.ends.set(change, whole);
    return progress.ends;
  }

  return async (changes, context) => {
    const outcomes = new Map<SessionChange, Outcome<void>>();
    await mapLimited(toBatches(changes), config.http.concurrency, async (batch) => {
      const lock = locks.acquire(batch.map(({ sessionId }) => sessionId));
      try {
        const ends = await sendBatch(batch, context, lock);
        ends.forEach((end, change) => void outcomes.set(change, end));
      } finally {
        lock.release();
      }
    });
    return outcomes;
  };
}

/** The state of a batch over all its attempts. */
interface Progress {
  /** The outcome of each change that needs no further attempt. */
  readonly ends: Map<SessionChange, Outcome<void>>;
  /** Whether an attempt ended with an unknown outcome. */
  uncertain: boolean;
}

/** The outcome of a change that Passport carried out. */
export const DONE: Outcome<void> = Object.freeze({ ok: true, value: undefined });

/**
 * Groups changes into batches: of one type, at most {@link BATCH_SIZE} each. The changes of one session stay in order, each in
 * a later batch than the one before.
 */
function toBatches(changes: readonly SessionChange[]): SessionChange[][] {
  const batches: SessionChange[][] = [];
  const openOf = new Map<string, number>();
  const lastOf = new Map<string, number>();
  for (const change of changes) {
    const { type, sessionId } = change;
    let number = openOf.get(type) ?? -1;
    if (batches[number]?.length === BATCH_SIZE || number <= (lastOf.get(sessionId) ?? -1)) {
      number = batches.push([]) - 1;
      openOf.set(type, number);
    }
    lastOf.set(sessionId, number);
    batches[number]?.push(change);
  }
  return batches;
}

/** Whether a smaller batch may succeed: after a refusal, and after a gateway's 413 for the length of the request. */
function mayHoldOneBadItem({ code, status }: EnforcementError): boolean {
  return code === "rejected" || status === 413;
}

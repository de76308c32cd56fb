import { EnforcementError, type EnforcementErrorCode } from "../../core/errors.ts";
import { toOutcome } from "../../core/outcome.ts";
import type { Outcome } from "../../core/provider.ts";
import type { Attempt, HttpClient, OperationContext } from "../../http/client.ts";
import { unreadableReply } from "../../http/failure.ts";
import { describeBody, findJson } from "../../http/json.ts";
import { createKeyLocks } from "../../http/key-locks.ts";
import { mapLimited } from "../../http/map-limited.ts";
import { maskRefusal } from "../../http/mask-refusal.ts";
import type { HttpReply } from "../../http/reply.ts";
import type { AuthorizedClient } from "./access-token.ts";
import type { PassportConfig } from "./config.ts";
import type { ReadBack } from "./read-back.ts";
import {
  EVENTS_PATH,
  findVerdicts,
  type SessionChange,
  type SessionVerdict,
  toEventsBody,
  toRefusal,
} from "./wire.ts";

/** Events of one type that may share a request; how many Passport takes is unpublished. */
export const BATCH_SIZE = 100;

/** Pushes session changes. One outcome for each, in their order. */
export type Push = (
  changes: readonly SessionChange[],
  context: Pick<OperationContext, "operation" | "signal" | "retries">,
) => Promise<Outcome<void>[]>;

export function createPush(
  http: HttpClient,
  client: AuthorizedClient,
  options: { config: PassportConfig; readBack: ReadBack },
): Push {
  const { config, readBack } = options;
  // How Passport orders requests is unpublished, so one session never has two under way.
  const locks = createKeyLocks();

  async function sendOnce(attempt: Attempt, batch: readonly SessionChange[]): Promise<Outcome<void>[]> {
    const reply = await client.send(attempt, {
      method: "POST",
      url: `${config.baseUrl}${EVENTS_PATH}`,
      headers: { "content-type": "application/json" },
      body: toEventsBody(batch, config),
      changes: true,
    });
    refusePages(reply);
    if (reply.status === 207) return toVerdictOutcomes(reply, batch);
    if (reply.status === 202) await confirm(attempt, batch, reply);
    return batch.map(() => ({ ok: true, value: undefined }));
  }

  /** 202 says accepted, not done. What can be read back must be visible, or the request is repeated by identity. */
  async function confirm(attempt: Attempt, batch: readonly SessionChange[], reply: HttpReply): Promise<void> {
    await mapLimited(batch, config.http.concurrency, async (change) => {
      if (await readBack.confirms(attempt, change)) return;
      const message = "Passport accepted the change (202), but does not show it yet.";
      throw new EnforcementError("unavailable", message, {
        ...{ outcome: "unknown", status: 202, traceId: reply.traceId },
      });
    });
  }

  async function sendBatch(
    batch: readonly SessionChange[],
    context: Pick<OperationContext, "operation" | "signal" | "retries">,
    ready: Promise<void>,
  ): Promise<Outcome<void>[]> {
    const plateNumbers = batch.map(({ registration }) => registration.plate.number);
    const whole = await toOutcome(() =>
      http.perform({ ...context, plateNumbers }, async (attempt) => {
        await attempt.waitFor(ready);
        return sendOnce(attempt, batch);
      }),
    );
    if (whole.ok) return whole.value;
    if (batch.length === 1 || !mayHoldOneBadItem(whole.error)) return batch.map(() => whole);
    // Passport refuses a request as a whole. Halving finds the items that it means, and the others get through.
    const middle = Math.ceil(batch.length / 2);
    return [
      ...(await sendBatch(batch.slice(0, middle), context, ready)),
      ...(await sendBatch(batch.slice(middle), context, ready)),
    ];
  }

  return async (changes, context) => {
    const outcomes: Outcome<void>[] = [];
    await mapLimited(toBatches(changes), config.http.concurrency, async (positions) => {
      const batch = positions.flatMap((position) => changes[position] ?? []);
      const lock = locks.acquire(batch.map(({ sessionId }) => sessionId));
      try {
        const results = await sendBatch(batch, context, lock.ready);
        for (const [index, position] of positions.entries())
          outcomes[position] = results[index] ?? missingOutcome();
      } finally {
        lock.release();
      }
    });
    return outcomes;
  };
}

/** Positions of changes that may travel together: of one type, each session once, at most {@link BATCH_SIZE}. */
function toBatches(changes: readonly SessionChange[]): number[][] {
  const batches: { type: string; sessions: Set<string>; positions: number[] }[] = [];
  const open = new Map<string, (typeof batches)[number]>();
  for (const [position, { type, sessionId }] of changes.entries()) {
    let batch = open.get(type);
    if (batch === undefined || batch.positions.length === BATCH_SIZE || batch.sessions.has(sessionId)) {
      batch = { type, sessions: new Set(), positions: [] };
      batches.push(batch);
      open.set(type, batch);
    }
    batch.sessions.add(sessionId);
    batch.positions.push(position);
  }
  return batches.map(({ positions }) => positions);
}

/** Any 2xx is a success whatever it says (seen in client code), but a page comes from somebody in between. */
function refusePages(reply: HttpReply): void {
  const isPage = reply.body.trimStart().startsWith("<");
  const claimsJson = reply.headers.get("content-type")?.includes("json") === true;
  const isBroken = claimsJson && reply.body.trim() !== "" && findJson(reply) === undefined;
  if (isPage || isBroken) throw unreadableReply(describeBody(reply), reply, true);
}

function toVerdictOutcomes(reply: HttpReply, batch: readonly SessionChange[]): Outcome<void>[] {
  const verdicts = findVerdicts(
    reply,
    batch.map(({ sessionId }) => sessionId),
  );
  if (verdicts === undefined)
    throw unreadableReply("does not say which session got which status", reply, true);
  const plateNumbers = batch.map(({ registration }) => registration.plate.number);
  return batch.map(({ sessionId }) => {
    const verdict = verdicts.get(sessionId);
    return verdict === undefined ? missingOutcome() : toVerdictOutcome(verdict, reply, plateNumbers);
  });
}

function toVerdictOutcome(
  verdict: SessionVerdict,
  reply: HttpReply,
  plateNumbers: readonly string[],
): Outcome<void> {
  const { status } = verdict;
  if (status >= 200 && status < 300) return { ok: true, value: undefined };
  const code: EnforcementErrorCode =
    status === 429 ? "rate_limited" : status >= 500 ? "unavailable" : "rejected";
  const refusal = maskRefusal(toRefusal(verdict.error ?? {}), plateNumbers);
  const said = refusal.vendorMessage === undefined ? "" : `: ${refusal.vendorMessage}`;
  const error = new EnforcementError(code, `Passport refuses this session (${status})${said}`, {
    ...{ ...refusal, status, traceId: reply.traceId, attempts: 1 },
    outcome: status >= 500 ? "unknown" : "not_applied",
  });
  return { ok: false, error };
}

/** A 404 or 405 in no words of Passport's means that nothing is there at all, not that one session is unknown. */
function mayHoldOneBadItem({ code, status, vendorCode }: EnforcementError): boolean {
  return code === "rejected" && (vendorCode !== undefined || (status !== 404 && status !== 405));
}

function missingOutcome(): Outcome<never> {
  return {
    ok: false,
    error: new EnforcementError("invalid_response", "Passport's reply leaves this session out."),
  };
}

import * as z from "zod/mini";
import { EnforcementError, type EnforcementErrorCode } from "../../core/errors.ts";
import { maskRefusal } from "../../http/mask-refusal.ts";
import { findJson, type HttpReply, unreadableReply } from "../../http/reply.ts";
import { findAcceptanceProblem, findOwnRefusal } from "./verdict.ts";
import type { SessionChange } from "./wire.ts";

/** What a 2xx reply to `/events` says of a batch. */
export interface EventsVerdict {
  /** Whether the changes that are not refused are done. False for a 202: they are accepted, and may be dropped later. */
  readonly confirmed: boolean;
  /** The changes that Passport refuses one by one, each with its error. */
  readonly refused: ReadonlyMap<SessionChange, EnforcementError>;
}

const items = z.array(
  z.object({ session_id: z.string(), status: z.number(), error: z.optional(z.unknown()) }),
);
const multiStatusReply = z.object({ data: items });

type Item = z.output<typeof items>[number];

/**
 * Reads a 2xx reply to `/events`. Its body is unpublished: an empty body, and any JSON that reports no failure, is accepted.
 *
 * @throws EnforcementError `invalid_response` when the reply is no acceptance, or reports results that cannot be attributed to
 * sessions. The whole batch is then unknown, and a repeat by identity is safe
 */
export function readEventsReply(reply: HttpReply, batch: readonly SessionChange[]): EventsVerdict {
  const found = findItems(reply, batch);
  if (found !== undefined && (reply.status === 207 || found.some(({ status }) => status >= 400))) {
    return { confirmed: true, refused: findRefused(found, reply, batch) };
  }
  const problem =
    findAcceptanceProblem(reply) ??
    (reply.status === 207 ? "does not say which session got which status" : undefined);
  if (problem !== undefined) throw unreadableReply(problem, reply, true);
  return { confirmed: reply.status !== 202, refused: new Map() };
}

/** The verdicts by session, or `undefined` when not every session of the batch got exactly one. */
function findItems(reply: HttpReply, batch: readonly SessionChange[]): Item[] | undefined {
  const parsed = multiStatusReply.safeParse(findJson(reply)?.value);
  if (!parsed.success) return undefined;
  const named = new Set(parsed.data.data.map(({ session_id }) => session_id));
  const isAttributed =
    parsed.data.data.length === batch.length && batch.every(({ sessionId }) => named.has(sessionId));
  return isAttributed ? parsed.data.data : undefined;
}

function findRefused(
  found: readonly Item[],
  reply: HttpReply,
  batch: readonly SessionChange[],
): Map<SessionChange, EnforcementError> {
  const plateNumbers = batch.map(({ registration }) => registration.plate.number);
  const items = new Map(found.map((item) => [item.session_id, item]));
  const refused = new Map<SessionChange, EnforcementError>();
  for (const change of batch) {
    const item = items.get(change.sessionId);
    const isRefused = item !== undefined && (item.status < 200 || item.status >= 300);
    if (isRefused) refused.set(change, toRefusal(item, reply, plateNumbers));
  }
  return refused;
}

function toRefusal(
  { status, error }: Item,
  reply: HttpReply,
  plateNumbers: readonly string[],
): EnforcementError {
  const own = findOwnRefusal(error, status);
  const { reason, vendorCode, vendorMessage } = maskRefusal(own ?? {}, plateNumbers, reply.secrets);
  const code = toCode(status, own !== undefined);
  const said = vendorMessage === undefined ? "" : `: ${vendorMessage}`;
  return new EnforcementError(code, `Passport refuses this session (${status})${said}`, {
    vendorCode,
    vendorMessage,
    status,
    traceId: reply.traceId,
    reason: code === "rejected" ? reason : undefined,
    outcome: code === "unavailable" ? "unknown" : "not_applied",
  });
}

/** The error code of one session's result. A 404 and the like are a refusal only with an error of Passport's own (`isOwn`). */
function toCode(status: number, isOwn: boolean): EnforcementErrorCode {
  if (status === 429) return "rate_limited";
  const isNoVerdict = !isOwn && (status < 400 || status === 404 || status === 405 || status === 410);
  return status >= 500 || isNoVerdict ? "unavailable" : "rejected";
}

import * as z from "zod/mini";
import { EnforcementError, type EnforcementErrorCode } from "../../core/errors.ts";
import { maskRefusal } from "../../http/mask-refusal.ts";
import { findJson, type HttpReply, unreadableReply } from "../../http/reply.ts";
import { findAcceptanceProblem, findOwnRefusal } from "./verdict.ts";
import type { SessionChange } from "./wire.ts";

/** How a 2xx reply to `/events` is judged: for the whole batch, or for each session by its id. */
export type EventsVerdict =
  | { readonly of: "all"; readonly confirmed: boolean }
  | { readonly of: "each"; find(change: SessionChange): EnforcementError | undefined };

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
    const verdicts = new Map(found.map((item) => [item.session_id, item]));
    const plateNumbers = batch.map(({ registration }) => registration.plate.number);
    return {
      of: "each",
      find(change) {
        const item = verdicts.get(change.sessionId);
        return item && findRefusal(item, reply, plateNumbers);
      },
    };
  }
  const problem =
    findAcceptanceProblem(reply) ??
    (reply.status === 207 ? "does not say which session got which status" : undefined);
  if (problem !== undefined) throw unreadableReply(problem, reply, true);
  return { of: "all", confirmed: reply.status !== 202 };
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

function findRefusal(
  { status, error }: Item,
  reply: HttpReply,
  plateNumbers: readonly string[],
): EnforcementError | undefined {
  if (status >= 200 && status < 300) return undefined;
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

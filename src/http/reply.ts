import type * as z from "zod/mini";
import { EnforcementError, type RefusalReason } from "../core/errors.ts";

/** A vendor's reply, completely read. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly traceId: string | undefined;
  /** The request's secrets, to be masked in the reply's messages. */
  readonly secrets?: readonly string[] | undefined;
}

/** Whether the status is 2xx. */
export function isSuccess({ status }: HttpReply): boolean {
  return status >= 200 && status < 300;
}

/** What a reply in the vendor's error format says. Every part may be absent. */
export interface VendorRefusal {
  readonly vendorCode?: string | undefined;
  readonly vendorMessage?: string | undefined;
  /** Why the vendor refuses, where the registration at the vendor is the cause: it exists already, or does not exist. */
  readonly reason?: RefusalReason | undefined;
  /** The status that the body names, where it differs from the HTTP status. */
  readonly status?: number | undefined;
  /** Set where the error format means something else than its status: refused credentials under 400, for example. */
  readonly code?: "rejected" | "unauthorized" | undefined;
}

/**
 * Reads the vendor's own error format in a reply of any status, 2xx included.
 *
 * `undefined` means that the reply is not in that format. A 4xx that is not is never final: a gateway may have sent it.
 */
export type ReadRefusal = (reply: HttpReply) => VendorRefusal | undefined;

/** A request to a vendor. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether `findRequestProblem` has found nothing wrong with it; then the client does not check it again. Default false. */
  readonly isChecked?: boolean;
  /** Whether the request changes the vendor's state. Without a clear reply its outcome is then `unknown`. */
  readonly changes: boolean;
  readonly traceId?: string;
  /** Secrets to mask in the vendor's messages. */
  readonly secrets?: readonly string[];
  /** Whether a reply confirms the change. Default: its status is 2xx. */
  readonly isApplied?: (reply: HttpReply) => boolean;
  /** Statuses besides 2xx whose replies are returned instead of thrown. */
  readonly takesStatus?: (status: number) => boolean;
  /** Reads this request's refusals instead of the client's own `readRefusal`. */
  readonly readRefusal?: ReadRefusal;
  /** Longest body that is read, in bytes. Default 1 MiB. */
  readonly maxReplyBytes?: number;
}

/** Thrown by {@link readReplyText} for a body that is longer than its limit. */
export class ReplyTooLongError extends Error {}

/**
 * Reads a whole body as UTF-8. A host's own fetch may return a Node stream instead of a web stream (node-fetch): both work.
 *
 * @throws ReplyTooLongError as soon as the body is longer than `maxBytes`; the connection is closed
 */
export async function readReplyText(
  { body }: { readonly body: Response["body"] | AsyncIterable<Uint8Array> },
  maxBytes: number,
): Promise<string> {
  if (body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  const add = (chunk: Uint8Array) => {
    length += chunk.byteLength;
    if (length > maxBytes) throw new ReplyTooLongError();
    text += decoder.decode(chunk, { stream: true });
  };
  if ("getReader" in body) await readWebStream(body, add);
  // An error thrown in the loop destroys a Node stream and closes its connection.
  else for await (const chunk of body) add(chunk);
  return text + decoder.decode();
}

async function readWebStream(
  body: ReadableStream<Uint8Array>,
  add: (chunk: Uint8Array) => void,
): Promise<void> {
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    try {
      add(value);
    } catch (thrown) {
      // Not awaited: cancelling a stuck connection may never settle, and its result is not needed.
      reader.cancel().catch(() => {});
      throw thrown;
    }
  }
}

/** The JSON value of a reply's body, wrapped because it may be `null`. `undefined` when the body is not JSON. */
export function findJson({ body }: Pick<HttpReply, "body">): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(body) };
  } catch {
    return undefined;
  }
}

/** What is wrong with a body that should be the vendor's JSON. Quotes nothing from the body. */
export function describeBody(reply: Pick<HttpReply, "body">): string {
  if (reply.body.trim() === "") return "is empty instead of JSON";
  if (reply.body.trimStart().startsWith("<")) {
    return "is a page instead of JSON; another server answers at this address";
  }
  return findJson(reply) === undefined
    ? "is not JSON, or was cut off"
    : "is JSON, but not in a form that the vendor is known to use";
}

/**
 * Parses a reply's JSON with a schema. `findProblem` says why a value is no answer at all, whatever its shape.
 *
 * @throws EnforcementError `invalid_response` when the body is not JSON, has such a problem, or does not match the schema
 */
export function parseJsonReply<Schema extends z.ZodMiniType>(
  reply: HttpReply,
  schema: Schema,
  options: { changes: boolean; findProblem?: (value: unknown) => string | undefined },
): z.output<Schema> {
  const json = findJson(reply);
  const problem = json === undefined ? describeBody(reply) : options.findProblem?.(json.value);
  if (problem !== undefined) throw unreadableReply(problem, reply, options.changes);
  const result = schema.safeParse(json?.value);
  if (result.success) return result.data;
  const path = result.error.issues[0]?.path.join(".") ?? "";
  throw unreadableReply(`is not as expected at "${path}"`, reply, options.changes);
}

/** The error for a reply that cannot be read. Retryable after a change: a repeat carries the same identity. */
export function unreadableReply(problem: string, reply: HttpReply, changes: boolean): EnforcementError {
  return new EnforcementError("invalid_response", `The vendor's reply (${reply.status}) ${problem}.`, {
    status: reply.status,
    traceId: reply.traceId,
    outcome: changes ? "unknown" : "not_applied",
    retryable: changes,
  });
}

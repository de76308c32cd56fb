import type { LookupReply } from "../core/lookup/lookup-message.ts";
import { ignorePromise } from "../core/maybe-promise.ts";

/** A handler's reply. */
export interface LookupHandlerReply extends LookupReply {
  /**
   * Set when `whenUndetermined` is `drop` and the answer is undetermined: the mount closes the connection without writing
   * anything. A mount that cannot close connections sends the reply itself, which is the 503 of `unavailable`.
   */
  readonly drop?: true;
}

// The headers that Node and fetch can send. Both throw on any other, after the answer has been reported.
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * The reply as it is sent, with `cache-control: no-store`: an answer is true only at its instant.
 *
 * @throws TypeError when the dialect rendered a reply that cannot be sent
 */
export type CloseReply = (reply: LookupReply) => LookupReply;

/** Creates what checks the replies of one handler's dialect. */
export function createReplyCloser(): CloseReply {
  // Frozen header objects that were checked. Most dialects use one object for all their answers.
  const checkedHeaders = new WeakSet<LookupReply["headers"]>();
  return (reply) => {
    assertReply(reply);
    const { headers } = reply;
    if (!checkedHeaders.has(headers)) {
      assertSendable(headers);
      if (headers && Object.isFrozen(headers)) checkedHeaders.add(headers);
    }
    return withoutStore(reply);
  };
}

/** The reply with `cache-control: no-store`. */
export function withoutStore({ status, headers, body }: LookupReply): LookupReply {
  return { status, headers: { ...headers, "cache-control": "no-store" }, body };
}

function assertReply(reply: LookupReply): void {
  const { status, body } = reply;
  if (!Number.isInteger(status) || status < 200 || status > 599 || typeof body !== "string") {
    ignorePromise(reply);
    throw new TypeError("The dialect rendered a reply without a status or a body.");
  }
  if (isBodiless(status) && body !== "") {
    throw new TypeError("The dialect rendered a body under a status that has none.");
  }
}

function assertSendable(headers: LookupReply["headers"]): void {
  for (const [name, value] of Object.entries<unknown>(headers ?? {})) {
    if (typeof value !== "string" || !HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) {
      throw new TypeError("The dialect rendered a header that cannot be sent.");
    }
  }
}

/** Whether HTTP forbids a body under this status. */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

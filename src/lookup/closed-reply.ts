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

// Frozen header objects that were checked. Most dialects use one object for all their answers.
const checkedHeaders = new WeakSet<LookupReply["headers"]>();

/**
 * The reply as it is sent, with `cache-control: no-store`: an answer is true only at its instant.
 *
 * @throws TypeError when the dialect rendered a reply that cannot be sent
 */
export function closeReply(reply: LookupReply): LookupReply {
  const { status, headers, body } = reply;
  if (!Number.isInteger(status) || status < 200 || status > 599 || typeof body !== "string") {
    ignorePromise(reply);
    throw new TypeError("The dialect rendered a reply without a status or a body.");
  }
  if (isBodiless(status) && body !== "") {
    throw new TypeError("The dialect rendered a body under a status that has none.");
  }
  if (!checkedHeaders.has(headers)) assertSendable(headers);
  return { status, headers: { ...headers, "cache-control": "no-store" }, body };
}

function assertSendable(headers: LookupReply["headers"]): void {
  for (const [name, value] of Object.entries<unknown>(headers ?? {})) {
    if (typeof value !== "string" || !HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) {
      throw new TypeError("The dialect rendered a header that cannot be sent.");
    }
  }
  if (headers && Object.isFrozen(headers)) checkedHeaders.add(headers);
}

/** Whether HTTP forbids a body under this status. */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

import type { LookupReply } from "../core/lookup/lookup-message.ts";
import { ignorePromise } from "../core/maybe-promise.ts";

// What Node and fetch can send. Both throw at anything else, and the answer has been reported by then.
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

// Most dialects have one object for all their answers. Frozen, it need not be looked at again.
const knownHeaders = new WeakSet<LookupReply["headers"]>();

/**
 * The reply as it leaves: no cache on the way may keep an answer that is true for an instant only.
 *
 * @throws TypeError when it cannot be sent; what is wrong with it is the dialect's
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
  if (!knownHeaders.has(headers)) assertSendable(headers);
  return { status, headers: { ...headers, "cache-control": "no-store" }, body };
}

function assertSendable(headers: LookupReply["headers"]): void {
  for (const [name, value] of Object.entries<unknown>(headers ?? {})) {
    if (typeof value !== "string" || !HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) {
      throw new TypeError("The dialect rendered a header that cannot be sent.");
    }
  }
  if (headers && Object.isFrozen(headers)) knownHeaders.add(headers);
}

/** Whether HTTP allows no body, not even an empty one, under a status. */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

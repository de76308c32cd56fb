import type { LookupReply } from "../core/lookup/lookup-message.ts";

/** What a handler replies. */
export interface LookupHandlerReply extends LookupReply {
  /**
   * Set where `whenUndetermined` is `drop` and the answer is not known: the mount closes the connection and writes
   * nothing. A mount that cannot close it sends the reply as it stands, which is the 503 of `unavailable`.
   */
  readonly drop?: true;
}

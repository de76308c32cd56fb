import type { LookupReply } from "../core/lookup/lookup-message.ts";

/** A handler's reply. */
export interface LookupHandlerReply extends LookupReply {
  /**
   * Set when `whenUndetermined` is `drop` and the answer is undetermined: the mount closes the connection without writing
   * anything. A mount that cannot close connections sends the reply itself, which is the 503 of `unavailable`.
   */
  readonly drop?: true;
}

import type { RefusalReason } from "../core/errors.ts";

/** A vendor's reply, read to its end. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly traceId: string | undefined;
  /** Texts of the request to hide in the reply's words. */
  readonly secrets?: readonly string[] | undefined;
}

/** Whether the vendor says that the request succeeded. */
export function isSuccess({ status }: HttpReply): boolean {
  return status >= 200 && status < 300;
}

/** What a vendor says, in its own words, in a reply that refuses. Every part may be absent. */
export interface VendorRefusal {
  readonly vendorCode?: string | undefined;
  readonly vendorMessage?: string | undefined;
  /** What the words say of the right that the request is about. */
  readonly reason?: RefusalReason | undefined;
  /** The status that the words name, where the reply has another one. */
  readonly status?: number | undefined;
  /** Given where the words mean something else than their status: refused credentials under 400, say. */
  readonly code?: "rejected" | "unauthorized" | undefined;
}

/**
 * Reads the vendor's own error form in a reply of any status, 2xx included.
 *
 * `undefined` means that the reply does not refuse in the vendor's words. A 4xx without them is no verdict, whatever its
 * status says: a gateway may have made it, and nothing becomes final by it.
 */
export type ReadRefusal = (reply: HttpReply) => VendorRefusal | undefined;

/** A request to a vendor. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether it may change the vendor's state: then no clear reply means that the outcome is unknown. */
  readonly changes: boolean;
  readonly traceId?: string;
  /** Texts to hide should the vendor repeat them. */
  readonly secrets?: readonly string[];
  /** Whether a reply says that the change was made. Default: its status is 2xx. */
  readonly isApplied?: (reply: HttpReply) => boolean;
  /** Statuses besides 2xx that are an answer to this request, to be returned instead of thrown. */
  readonly takesStatus?: (status: number) => boolean;
  /** Reads this request's refusals in the client's place. */
  readonly readRefusal?: ReadRefusal;
  /** Longest reply that is read, in bytes. Default 1 MiB. */
  readonly maxReplyBytes?: number;
}

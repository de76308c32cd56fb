import type { RefusalReason } from "../core/errors.ts";

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

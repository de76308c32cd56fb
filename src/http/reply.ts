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

/** What a vendor says in a reply that refuses. Every part may be absent. */
export interface VendorRefusal {
  readonly vendorCode?: string | undefined;
  readonly vendorMessage?: string | undefined;
}

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
  /** Longest reply that is read, in bytes. Default 1 MiB. */
  readonly maxReplyBytes?: number;
}

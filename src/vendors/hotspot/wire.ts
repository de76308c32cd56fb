/**
 * HotSpot's wire format as two functions: `encode` turns an operation into a request, `decode` turns a reply into a reference
 * or a refusal. HotSpot does not publish its wire format, so a host can replace all of it.
 *
 * Both functions are synchronous. One that returns a promise fails the operation with `invalid_config`.
 */
export interface HotSpotWire {
  /**
   * Writes the request of an operation. When it throws, or returns a request that fetch cannot send, the operation fails with
   * `invalid_config` and nothing is sent.
   */
  encode(operation: HotSpotOperation): HotSpotWireRequest;
  /**
   * Reads every reply with a status of 2xx or 4xx except 408 and 429. When it throws, or returns anything but a
   * {@link HotSpotWireResult}, the reply is no verdict: the operation is repeated with the same references.
   */
  decode(response: HotSpotWireResponse): HotSpotWireResult;
  /**
   * Whether HotSpot finds a right to cancel by `permitReference` alone, without `vendorReference`. When true, sync cancels by
   * it a right whose registration was refused after a lost reply. Default: true with the default `encode`, otherwise false,
   * because "not found" would then not mean that the right does not exist.
   */
  readonly ownReferences?: boolean;
}

/** One change of one right, independent of any wire format. */
export interface HotSpotOperation {
  readonly kind: "create" | "amend" | "cancel";
  /** The provider's reference of the right. A repeat carries the same one. */
  readonly permitReference: string;
  /** HotSpot's reference of the right. Absent in a `create`, and when HotSpot never returned one. */
  readonly vendorReference?: string;
  /** The SpotID: opaque text, leading zeros kept. */
  readonly spotId: string;
  readonly plateNumber: string;
  /** ISO 3166-2, such as `CA-NB`. */
  readonly region: string;
  readonly start: Date;
  readonly end: Date;
  /** When the change was decided. */
  readonly at: Date;
  readonly token: string;
  readonly companyToken?: string;
}

/** The request that `encode` returns. */
export interface HotSpotWireRequest {
  /** An HTTP method, sent in upper case. `GET` and `HEAD` have no body. */
  readonly method: string;
  /** The path below `baseUrl`, with a leading slash, percent-encoded. */
  readonly path: string;
  /** A plain object of texts by name. fetch sets `content-length` and the connection's own headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Text, for example of `JSON.stringify`. Absent or empty: the request has no body. */
  readonly body?: string;
}

/** The reply that `decode` gets. */
export interface HotSpotWireResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * The meaning of a reply: exactly one of three keys.
 *
 * - `reference`: HotSpot carried the operation out, and this is its reference of the right. Accepted under 2xx only.
 * - `refusal`: HotSpot itself refused the operation, under any status.
 * - `noVerdict`: neither, such as a gateway's page. The text completes the error message "The vendor's reply (404) …".
 */
export type HotSpotWireResult =
  | { readonly reference: string }
  | { readonly refusal: HotSpotWireRefusal }
  | { readonly noVerdict: string };

/** A refusal by HotSpot. */
export interface HotSpotWireRefusal {
  /**
   * `already_exists`: a right with the provider's reference exists. `not_found`: none exists. `unauthorized`: the token is
   * refused. `rejected`: any other refusal.
   */
  readonly reason: "already_exists" | "not_found" | "unauthorized" | "rejected";
  readonly code?: string;
  readonly message?: string;
  /** With `already_exists`: HotSpot's and the provider's reference of the existing right, as far as HotSpot returns them. */
  readonly reference?: string;
  readonly permitReference?: string;
}

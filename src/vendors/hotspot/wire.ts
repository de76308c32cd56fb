/**
 * HotSpot's wire as two functions. HotSpot publishes nothing of it, so all of it can be replaced: `encode` turns an
 * operation into a request, `decode` a reply into a reference or a refusal.
 *
 * Both are synchronous. One that returns a promise fails the operation with `invalid_config`.
 */
export interface HotSpotWire {
  /**
   * What it throws, and a request that cannot be sent as it is, fails the operation with `invalid_config` before
   * anything is sent.
   */
  encode(operation: HotSpotOperation): HotSpotWireRequest;
  /**
   * Reads every reply of status 2xx and 4xx but 408 and 429. When it throws, or returns anything but what
   * {@link HotSpotWireResult} says, the reply is no verdict: the operation is repeated with the same references.
   */
  decode(response: HotSpotWireResponse): HotSpotWireResult;
  /**
   * Whether HotSpot finds a right to cancel by `permitReference` alone, without `vendorReference`. Then a right whose
   * registration was refused after a lost reply is withdrawn by it. Default: true with the default `encode`, else false:
   * "not found" would mean nothing.
   */
  readonly ownReferences?: boolean;
}

/** One change to one right, in neutral words. */
export interface HotSpotOperation {
  readonly kind: "create" | "amend" | "cancel";
  /** Our reference of the right. A repeat carries the same one. */
  readonly permitReference: string;
  /** HotSpot's reference of it; absent when the right is created, or HotSpot never told. */
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

/** What `encode` returns. */
export interface HotSpotWireRequest {
  /** An HTTP method; sent in capital letters. `GET` and `HEAD` have no body. */
  readonly method: string;
  /** Below `baseUrl`, with a leading slash, percent-encoded. */
  readonly path: string;
  /** By name, as text. `content-length` and what else belongs to the connection is set by fetch. */
  readonly headers: Readonly<Record<string, string>>;
  /** As text: `JSON.stringify` objects. Absent or empty: the request has no body. */
  readonly body?: string;
}

/** What `decode` is given. */
export interface HotSpotWireResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * What a reply says.
 *
 * - `reference`: HotSpot carried the operation out and knows the right by this reference. Believed under 2xx only.
 * - `refusal`: HotSpot itself says no, under any status.
 * - `noVerdict`: neither, such as a gateway's page. Says what is wrong with the reply, to complete "The vendor's reply
 *   (404) …".
 */
export type HotSpotWireResult =
  | { readonly reference: string }
  | { readonly refusal: HotSpotWireRefusal }
  | { readonly noVerdict: string };

/** A refusal in neutral words, with HotSpot's own beside them. */
export interface HotSpotWireRefusal {
  /** `already_exists`: a right with our reference is there. `not_found`: none is. `rejected`: anything else. */
  readonly reason: "already_exists" | "not_found" | "unauthorized" | "rejected";
  readonly code?: string;
  readonly message?: string;
  /** With `already_exists`: HotSpot's and our reference of the right that is there, as far as HotSpot tells. */
  readonly reference?: string;
  readonly permitReference?: string;
}

import type { MaybePromise } from "../maybe-promise.ts";

/** A request, free of any framework. */
export interface LookupRequest {
  readonly method: string;
  /** Relative to where the handler is mounted; starts with `/`. */
  readonly path: string;
  /** Without the leading `?`; empty when there is none. */
  readonly query: string;
  /** The value of a header, its name in lower case; several values are joined by a comma. */
  header(name: string): string | undefined;
  /** The whole body as text; empty when there is none. */
  readonly body: string;
}

/** What goes back. One that cannot be sent becomes a 500. */
export interface LookupReply {
  /** 200 to 599. */
  readonly status: number;
  /** Names in lower case, values in Latin-1 without control characters. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty under 204, 205 and 304, which have none. */
  readonly body: string;
}

/** What the host keeps of a credential that it issued. The secret itself is not in it. */
export interface StoredCredential {
  /** The user name. It goes into the audit. */
  readonly id: string;
  /** Whose permits may be seen with it. */
  readonly companyId: string;
  /** The locations that may be asked about. Absent: all of the company's. */
  readonly locationIds?: readonly string[];
  /** SHA-256 of each secret that is valid now, as lower-case hex. More than one during a rotation. */
  readonly hashes: readonly string[];
  /**
   * SHA-256 of each token that is valid now, where the dialect asks for one besides the password: `iris` does. The
   * hashes of a second credential of `issueCredentials` will do. Absent: the password is the token too.
   */
  readonly tokenHashes?: readonly string[];
}

/** A user name and password that a dialect found in the body of a request. */
export interface PresentedCredential {
  readonly username: string;
  readonly password: string;
}

/** Decides who asks. Made by `basicAuth`, `apiKeyAuth` or `bearerAuth`. */
export interface Authorizer {
  /** Value of `WWW-Authenticate` when no credential was recognised; absent when the scheme has none. */
  readonly challenge?: string;
  /** The credential that the request proves, or `undefined`. `presented` is what the dialect found in the body. */
  authorize(
    request: LookupRequest,
    presented: PresentedCredential | undefined,
  ): MaybePromise<StoredCredential | undefined>;
}

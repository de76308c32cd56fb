import { fieldError, readRecord } from "../../core/fields.ts";
import type { Authorizer, PresentedCredential, StoredCredential } from "../../core/lookup/lookup-message.ts";
import { isPromise, type MaybePromise, thenMaybe } from "../../core/maybe-promise.ts";
import { readConfig } from "../../core/options.ts";
import { proveCredential, sha256Hex } from "./secret-hash.ts";

/** Finds a stored credential. When it throws, the answer is undetermined, never unauthorized. */
export type FindCredential = (key: string) => MaybePromise<StoredCredential | undefined>;

/**
 * Creates an authorizer for user name and password: HTTP Basic (RFC 7617, UTF-8), or the credential that the dialect reads
 * from the body. A request behind a reverse proxy with its own Basic login may have both: the header is tried first, then the
 * body.
 *
 * @param options.find finds a stored credential by user name; it never receives the password
 * @throws EnforcementError `invalid_config` when an option is unknown or not a function
 */
export function basicAuth(options: { find: FindCredential }): Authorizer {
  const find = readFind("basicAuth", options, ["find"]);
  return {
    challenge: 'Basic realm="permit lookup", charset="UTF-8"',
    authorize(request, presented) {
      const inHeader = readBasic(request.header("authorization"));
      if (inHeader === undefined || presented === undefined) return prove(inHeader ?? presented);
      return firstProven(
        () => prove(inHeader),
        () => prove(presented),
      );
    },
  };

  function prove(given: PresentedCredential | undefined): MaybePromise<StoredCredential | undefined> {
    if (given === undefined) return undefined;
    const hash = sha256Hex(given.password);
    return thenMaybe(find(given.username), (stored) => proveCredential(hash, stored));
  }
}

/** The first credential that is proven. When neither is, the failure of `first`, if any, is thrown. */
function firstProven(
  first: () => MaybePromise<StoredCredential | undefined>,
  second: () => MaybePromise<StoredCredential | undefined>,
): MaybePromise<StoredCredential | undefined> {
  const afterFailure = (thrown: unknown): MaybePromise<StoredCredential | undefined> =>
    thenMaybe(second(), (credential) => {
      if (credential === undefined) throw thrown;
      return credential;
    });
  let proven: MaybePromise<StoredCredential | undefined>;
  try {
    proven = first();
  } catch (thrown) {
    return afterFailure(thrown);
  }
  if (!isPromise(proven)) return proven ?? second();
  return proven.then((credential) => credential ?? second(), afterFailure);
}

/**
 * Creates an authorizer for an API key in a header.
 *
 * @param options.header the header's name; default `x-api-key`
 * @param options.find finds a stored credential by the key's SHA-256 as lower-case hex, as in `StoredCredential.hashes`
 * @throws EnforcementError `invalid_config` when an option is unknown or of a wrong type
 */
export function apiKeyAuth(options: { header?: string; find: FindCredential }): Authorizer {
  const find = readFind("apiKeyAuth", options, ["header", "find"]);
  const header = readConfig("apiKeyAuth", () => readHeaderName(options.header ?? "x-api-key"));
  return {
    challenge: 'ApiKey realm="permit lookup"',
    authorize: (request) => authorizeToken(request.header(header)?.trim(), find),
  };
}

/**
 * Creates an authorizer for a bearer token (RFC 6750).
 *
 * @param options.find finds a stored credential by the token's SHA-256 as lower-case hex, as in `StoredCredential.hashes`
 * @throws EnforcementError `invalid_config` when an option is unknown or not a function
 */
export function bearerAuth(options: { find: FindCredential }): Authorizer {
  const find = readFind("bearerAuth", options, ["find"]);
  return {
    challenge: 'Bearer realm="permit lookup"',
    authorize: (request) =>
      authorizeToken(/^Bearer +(\S+) *$/i.exec(request.header("authorization") ?? "")?.[1], find),
  };
}

function authorizeToken(
  token: string | undefined,
  find: FindCredential,
): MaybePromise<StoredCredential | undefined> {
  if (token === undefined || token === "") return undefined;
  const hash = sha256Hex(token);
  // The hash is compared once more: the host's store may find by less than equality, such as a case-insensitive collation.
  return thenMaybe(find(hash), (stored) => proveCredential(hash, stored));
}

/** The user name and password of a Basic header; `undefined` when it is malformed. */
function readBasic(header: string | undefined): PresentedCredential | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const pair = decodeUtf8(Buffer.from(encoded, "base64"));
  // Split at the first colon: a user name has none, a password may.
  const colon = pair?.indexOf(":") ?? -1;
  if (pair === undefined || colon < 1) return undefined;
  return { username: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return STRICT_UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function readFind(factory: string, options: unknown, keys: readonly string[]): FindCredential {
  return readConfig(factory, () => {
    const { find } = readRecord(options, "options", keys);
    if (typeof find !== "function")
      throw fieldError("find", "must be a function that finds a stored credential.");
    return find as FindCredential;
  });
}

function readHeaderName(name: unknown): string {
  if (typeof name !== "string" || !/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) {
    throw fieldError("header", "must be the name of an HTTP header.");
  }
  return name.toLowerCase();
}

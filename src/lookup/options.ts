import { type Clock, systemClock } from "../core/clock.ts";
import type { Directory } from "../core/directory/directory.ts";
import { fieldError, readId, readRecord } from "../core/fields.ts";
import { isLookupDialect } from "../core/lookup/dialect.ts";
import type { FindPermits } from "../core/lookup/find-permits.ts";
import type { Authorizer, LookupRequest } from "../core/lookup/lookup-message.ts";
import {
  readChoice,
  readConfig,
  readDeadline,
  readFunction,
  readNumber,
  readOptionalFunction,
} from "../core/options.ts";
import type { PullProvider } from "../core/provider.ts";
import type { LookupAudit } from "./audit.ts";
import { type CloseReply, createReplyCloser } from "./closed-reply.ts";
import type { Deadline } from "./deadline.ts";
import type { Inquiry } from "./decide/inquiry.ts";
import { createScopeFinder, type FindScope } from "./decide/scope.ts";
import { type HashPlate, type RedactOptions, readRedactOptions } from "./redact.ts";
import { SharedTimer } from "./shared-timer.ts";

/** What the handler replies when the answer is undetermined. */
export type WhenUndetermined = "unavailable" | "deny" | "drop";

/** Counts failed authentications. Every limiter of `rate-limiter-flexible` has this shape. */
export interface FailureLimiter {
  /**
   * Consumes one point of a key. Rejects with `{ msBeforeNext }`, in milliseconds, when the key has no points left. Any other
   * rejection means that the limiter failed, and refuses no request.
   */
  consume(key: string): Promise<unknown>;
}

/** Options of `createPermitLookupHandler`. Unknown keys throw `invalid_config`. */
export interface PermitLookupOptions {
  /**
   * The pull provider whose lookups are answered. Its `id` is the key in the directory's `providers`; its dialect is the wire
   * format.
   */
  provider: PullProvider;
  /**
   * Authenticates requests: `basicAuth`, `apiKeyAuth`, `bearerAuth`, or an authorizer of your own. With several, the first
   * that recognises a request decides. An empty list throws.
   */
  authorize: Authorizer | readonly Authorizer[];
  /** The host's companies and locations. */
  directory: Directory;
  /** Finds the host's permits by company and plate: for example `findPermits` of `memoryPermits` or of a sync. */
  findPermits: FindPermits;
  /**
   * The absolute http or https URL under which vendors reach the handler. The handler removes its path from the paths of
   * requests, and puts the URL into documents such as a WSDL. Default: the handler is served at the root, and documents that
   * need the URL are refused with 404.
   */
  publicUrl?: string;
  /**
   * Time limit of one request, in milliseconds, from 1 to 2,147,483,647. Reading the body, the credential store, the
   * directory and the source share it. When it passes, the answer is undetermined. Default 2,000.
   *
   * The time to read the body does not count behind one of Express's body parsers. Behind Fastify's it counts when Fastify
   * measures it, which it does with a logger or an `onResponse` hook.
   */
  deadlineMs?: number;
  /**
   * What the handler replies when the answer is undetermined. Default `unavailable`.
   *
   * - `unavailable`: 503, so that the vendor's own policy applies. A client that reads only replies with HTTP 200 then shows
   *   nothing, and asks no other vendor.
   * - `deny`: the same reply as for "no permit". 503 when no credential was recognised.
   * - `drop`: the connection is closed without a reply, so that a client that asks several vendors in turn goes on to the
   *   next one. Works only with the mounts of `./node`, `./express` and `./fastify`; the handler called with a `Request`
   *   rejects with `invalid_config`. A reverse proxy in front turns it into a 502.
   */
  whenUndetermined?: WhenUndetermined;
  /** How long after its end a permit still counts, in minutes, from 0 to 1,440. Default 0: vendors apply grace themselves. */
  graceMinutes?: number;
  /**
   * `ocr` also finds plates that differ in exactly one look-alike character, such as `0` and `O`; the answer says that it did.
   * Default `exact`.
   */
  plateMatching?: "exact" | "ocr";
  /** Called with the record of every answer and refusal. An error that it throws is ignored. Default: no record is created. */
  onAnswer?: (audit: LookupAudit) => void;
  /**
   * Replaces each plate in the record with a keyed hash, and each region and place that was not recognised: an officer may
   * type a plate into the wrong field. Default: the record holds all of them as they arrived.
   */
  redact?: RedactOptions;
  /**
   * Counts requests that prove no credential. When the limiter rejects one, the reply is 429 with `Retry-After` instead of
   * 401. A request that proves a credential is neither counted nor delayed. A limiter that fails refuses no request. A limiter
   * of `rate-limiter-flexible` can be passed unchanged. Default: none.
   */
  throttle?: FailureLimiter;
  /**
   * Returns the key by which `throttle` counts. Default: one key for all requests without a credential, because no part of a
   * request identifies its sender reliably. Behind a proxy of your own that sets a header with the client's address, return
   * that header. Needs `throttle`.
   */
  throttleKey?: (request: LookupRequest) => string;
  /** The current time. Default: the machine's clock. */
  clock?: Clock;
}

/** {@link PermitLookupOptions}, checked and with their defaults applied. */
export interface LookupSettings {
  readonly provider: PullProvider;
  readonly authorizers: readonly Authorizer[];
  readonly directory: Directory;
  readonly findPermits: FindPermits;
  readonly publicUrl: string | undefined;
  /** The path of `publicUrl` without trailing slashes; empty at the root. */
  readonly mountPath: string;
  readonly deadlineMs: number;
  readonly whenUndetermined: WhenUndetermined;
  readonly graceMs: number;
  readonly plateMatching: "exact" | "ocr";
  readonly onAnswer: ((audit: LookupAudit) => void) | undefined;
  readonly hashPlate: HashPlate | undefined;
  readonly throttle: ThrottleSettings | undefined;
  readonly clock: Clock;
  /** What the deadlines of this handler's requests wait by. */
  readonly timer: SharedTimer;
  readonly findScope: FindScope;
  readonly closeReply: CloseReply;
}

/** One request in progress: the handler's settings, the state of the request and its deadline. */
export interface LookupWork {
  readonly settings: LookupSettings;
  readonly inquiry: Inquiry;
  readonly deadline: Deadline;
}

/** How failed authentications are throttled. */
export interface ThrottleSettings {
  readonly limiter: FailureLimiter;
  readonly keyOf: (request: LookupRequest) => string;
}

const KEYS = [
  "provider",
  "authorize",
  "directory",
  "findPermits",
  "publicUrl",
  "deadlineMs",
  "whenUndetermined",
  "graceMinutes",
  "plateMatching",
  "onAnswer",
  "redact",
  "throttle",
  "throttleKey",
  "clock",
];

/** Checks the options given to `factory`. @throws EnforcementError `invalid_config` naming the option */
export function readLookupOptions(
  options: PermitLookupOptions,
  factory = "createPermitLookupHandler",
): LookupSettings {
  return readConfig(factory, () => {
    const given = readRecord(options, "options", KEYS);
    return {
      provider: readProvider(given["provider"]),
      authorizers: readAuthorizers(given["authorize"]),
      directory: readDirectory(given["directory"]),
      findPermits: readFunction<FindPermits>(given["findPermits"], "findPermits"),
      ...readPublicUrl(given["publicUrl"]),
      deadlineMs: readDeadline(given["deadlineMs"] ?? 2_000),
      whenUndetermined: readChoice(given["whenUndetermined"], "whenUndetermined", [
        "unavailable",
        "deny",
        "drop",
      ]),
      graceMs: readNumber(given["graceMinutes"] ?? 0, "graceMinutes", { least: 0, most: 24 * 60 }) * 60_000,
      plateMatching: readChoice(given["plateMatching"], "plateMatching", ["exact", "ocr"]),
      onAnswer: readOptionalFunction<(audit: LookupAudit) => void>(given["onAnswer"], "onAnswer"),
      hashPlate: readRedactOptions(given["redact"]),
      throttle: readThrottle(given["throttle"], given["throttleKey"]),
      clock: readFunction<Clock>(given["clock"] ?? systemClock, "clock"),
      timer: new SharedTimer(),
      findScope: createScopeFinder(),
      closeReply: createReplyCloser(),
    };
  });
}

function readProvider(value: unknown): PullProvider {
  const provider = value as Partial<PullProvider> | null | undefined;
  if (typeof provider !== "object" || provider === null) throw fieldError("provider", "is missing.");
  if (provider.delivery !== "pull") {
    throw fieldError(
      "provider",
      "is one to which permits are pushed; only a pull provider has lookups to answer.",
    );
  }
  readId(provider.id, "provider.id");
  if (!isLookupDialect(provider.dialect)) throw fieldError("provider.dialect", "is not a LookupDialect.");
  return value as PullProvider;
}

function readAuthorizers(value: unknown): readonly Authorizer[] {
  const authorizers = Array.isArray(value) ? [...value] : [value];
  if (authorizers.length === 0) throw fieldError("authorize", "must hold at least one authorizer.");
  for (const authorizer of authorizers) {
    readFunction((authorizer as Partial<Authorizer> | null | undefined)?.authorize, "authorize");
  }
  return authorizers;
}

function readDirectory(value: unknown): Directory {
  const directory = value as Partial<Directory> | null | undefined;
  readFunction(directory?.getCompany, "directory.getCompany");
  readFunction(directory?.listLocations, "directory.listLocations");
  return value as Directory;
}

/**
 * The default key: one count for all requests without a credential. No part of a request identifies its sender: headers can be
 * forged, user names are free to choose, and behind a proxy all requests have the same address.
 */
const SHARED_KEY = "strangers";

function readThrottle(limiter: unknown, keyOf: unknown): ThrottleSettings | undefined {
  if (limiter === undefined) {
    if (keyOf !== undefined) throw fieldError("throttleKey", "needs a limiter; give one as throttle.");
    return undefined;
  }
  readFunction((limiter as Partial<FailureLimiter> | null)?.consume, "throttle.consume");
  return {
    limiter: limiter as FailureLimiter,
    keyOf: readFunction<ThrottleSettings["keyOf"]>(keyOf ?? (() => SHARED_KEY), "throttleKey"),
  };
}

function readPublicUrl(value: unknown): Pick<LookupSettings, "publicUrl" | "mountPath"> {
  if (value === undefined) return { publicUrl: undefined, mountPath: "" };
  if (typeof value !== "string" || !/^https?:\/\//i.test(value) || !URL.canParse(value)) {
    throw fieldError("publicUrl", "must be an absolute http or https URL.");
  }
  return { publicUrl: value, mountPath: new URL(value).pathname.replace(/\/+$/, "") };
}

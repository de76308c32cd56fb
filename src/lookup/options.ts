import { type Clock, systemClock } from "../core/clock.ts";
import type { Directory } from "../core/directory/directory.ts";
import { fieldError, readId, readRecord } from "../core/fields.ts";
import type { Authorizer } from "../core/lookup/credential.ts";
import { isLookupDialect } from "../core/lookup/dialect.ts";
import type { FindPermits } from "../core/lookup/find-permits.ts";
import type { LookupRequest } from "../core/lookup/lookup-message.ts";
import type { PullProvider } from "../core/provider.ts";
import type { LookupAudit } from "./audit.ts";
import { type FailureLimiter, STRANGERS, type ThrottleSettings } from "./auth/throttle.ts";
import { checkConfig } from "./config-error.ts";
import { type HashPlate, type RedactOptions, readRedactOptions } from "./redact.ts";

/** What the vendor hears when the answer is not known. */
export type WhenUndetermined = "unavailable" | "deny" | "drop";

/** Options of `createPermitLookupHandler`. */
export interface PermitLookupOptions {
  /** Whose lookups are answered: its id is the key of `providers`, its dialect the wire format. */
  provider: PullProvider;
  /** Who may ask. Of several, the first that recognises the request wins. */
  authorize: Authorizer | readonly Authorizer[];
  directory: Directory;
  findPermits: FindPermits;
  /**
   * Where the handler is served, as vendors reach it. Its path is taken off those of requests, and a document that says
   * where the service is, such as a WSDL, says this. Default: at the root, and no such document is served.
   */
  publicUrl?: string;
  /**
   * How long a request's body, credential store, directory and source may take together, in milliseconds. Default
   * 2,000. Behind a parser of Express's, the time that it takes to read the body is not seen and does not count; behind
   * Fastify's it counts where Fastify measures it, which it does with a logger or an `onResponse` hook.
   */
  deadlineMs?: number;
  /**
   * What the vendor hears when the answer is not known. Default `unavailable`.
   *
   * - `unavailable`: a 503, so that the vendor's own policy applies. A client that acts on HTTP 200 alone shows nothing
   *   then, and asks no other vendor.
   * - `deny`: the same as no permit; a 503 where the asking party was not recognised.
   * - `drop`: the connection is closed without a reply, so that a client that asks several vendors in turn goes on to
   *   the next one. For the mounts of `./node`, `./express` and `./fastify` only: calling the handler with a `Request`
   *   rejects with `invalid_config`. A reverse proxy in front makes a 502 of it.
   */
  whenUndetermined?: WhenUndetermined;
  /** How long after its end a permit still counts, in minutes. Default 0: vendors apply grace themselves. */
  graceMinutes?: number;
  /** `ocr` also finds plates that differ in one character that looks alike. Default `exact`. */
  plateMatching?: "exact" | "ocr";
  /** Hears of every answer and refusal. What it throws is ignored. Without it no record is made. */
  onAnswer?: (audit: LookupAudit) => void;
  /**
   * Puts a keyed hash in the place of each plate in the audit, and of each region and place that was not recognised: a
   * plate may stand in the wrong field. Default: all are in it as they came.
   */
  redact?: RedactOptions;
  /**
   * Counts requests without a known credential; when it says that there were too many, they hear 429 with Retry-After
   * instead of 401. A request that proves a credential is never counted or delayed; a limiter that fails refuses none.
   * A limiter of `rate-limiter-flexible` fits as it is. Default: none.
   */
  throttle?: FailureLimiter;
  /**
   * What `throttle` counts by. Default: one count for all strangers, because nothing in a request can be trusted to
   * tell them apart. Where a proxy of your own sets a header with the client's address, return that.
   */
  throttleKey?: (request: LookupRequest) => string;
  /** Default: the machine's clock. */
  clock?: Clock;
}

/** {@link PermitLookupOptions} checked, with their defaults filled in. */
export interface LookupSettings {
  readonly provider: PullProvider;
  readonly authorizers: readonly Authorizer[];
  readonly directory: Directory;
  readonly findPermits: FindPermits;
  readonly publicUrl: string | undefined;
  /** Path of `publicUrl`, without a slash at its end; empty at the root. */
  readonly mountPath: string;
  readonly deadlineMs: number;
  readonly whenUndetermined: WhenUndetermined;
  readonly graceMs: number;
  readonly plateMatching: "exact" | "ocr";
  readonly onAnswer: ((audit: LookupAudit) => void) | undefined;
  readonly hashPlate: HashPlate | undefined;
  readonly throttle: ThrottleSettings | undefined;
  readonly clock: Clock;
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

// setTimeout cannot count further, and fires at once instead.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Checks the options given to `factory`. @throws EnforcementError `invalid_config` naming the option */
export function readLookupOptions(
  options: PermitLookupOptions,
  factory = "createPermitLookupHandler",
): LookupSettings {
  return checkConfig(factory, () => {
    const given = readRecord(options, "options", KEYS);
    return {
      provider: readProvider(given["provider"]),
      authorizers: readAuthorizers(given["authorize"]),
      directory: readDirectory(given["directory"]),
      findPermits: readFunction<FindPermits>(given["findPermits"], "findPermits"),
      ...readPublicUrl(given["publicUrl"]),
      deadlineMs: readNumber(given["deadlineMs"] ?? 2_000, "deadlineMs", {
        least: 1,
        most: LONGEST_TIMER_MS,
      }),
      whenUndetermined: readChoice(given["whenUndetermined"], "whenUndetermined", [
        "unavailable",
        "deny",
        "drop",
      ]),
      graceMs: readNumber(given["graceMinutes"] ?? 0, "graceMinutes", { least: 0, most: 24 * 60 }) * 60_000,
      plateMatching: readChoice(given["plateMatching"], "plateMatching", ["exact", "ocr"]),
      onAnswer:
        given["onAnswer"] === undefined
          ? undefined
          : readFunction<(audit: LookupAudit) => void>(given["onAnswer"], "onAnswer"),
      hashPlate: readRedactOptions(given["redact"]),
      throttle: readThrottle(given["throttle"], given["throttleKey"]),
      clock: readFunction<Clock>(given["clock"] ?? systemClock, "clock"),
    };
  });
}

function readProvider(value: unknown): PullProvider {
  const provider = value as Partial<PullProvider> | null | undefined;
  if (typeof provider !== "object" || provider === null) throw fieldError("provider", "is missing.");
  if (provider.delivery !== "pull") {
    throw fieldError("provider", "is one to which permits are pushed; only a pull provider asks us.");
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

function readThrottle(limiter: unknown, keyOf: unknown): ThrottleSettings | undefined {
  if (limiter === undefined) {
    if (keyOf !== undefined) throw fieldError("throttleKey", "needs a limiter; give one as throttle.");
    return undefined;
  }
  readFunction((limiter as Partial<FailureLimiter> | null)?.consume, "throttle.consume");
  return {
    limiter: limiter as FailureLimiter,
    keyOf: readFunction<ThrottleSettings["keyOf"]>(keyOf ?? (() => STRANGERS), "throttleKey"),
  };
}

function readPublicUrl(value: unknown): Pick<LookupSettings, "publicUrl" | "mountPath"> {
  if (value === undefined) return { publicUrl: undefined, mountPath: "" };
  if (typeof value !== "string" || !/^https?:\/\//i.test(value) || !URL.canParse(value)) {
    throw fieldError("publicUrl", "must be an absolute http or https URL.");
  }
  return { publicUrl: value, mountPath: new URL(value).pathname.replace(/\/+$/, "") };
}

function readFunction<Func>(value: unknown, field: string): Func {
  if (typeof value !== "function") throw fieldError(field, "must be a function; see its type.");
  return value as Func;
}

function readNumber(value: unknown, field: string, range: { least: number; most: number }): number {
  if (typeof value !== "number" || !(value >= range.least && value <= range.most)) {
    throw fieldError(field, `must be a number from ${range.least} to ${range.most}.`);
  }
  return value;
}

/** One of the choices; the first where the option is absent. */
function readChoice<Choice extends string>(
  value: unknown,
  field: string,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const choice = value === undefined ? choices[0] : choices.find((one) => one === value);
  if (choice === undefined)
    throw fieldError(field, `must be one of ${choices.map((one) => `"${one}"`).join(", ")}.`);
  return choice;
}

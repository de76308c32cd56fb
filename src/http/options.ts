import * as z from "zod/mini";
import { type Clock, steadyClock, systemClock } from "../core/clock.ts";
import { EnforcementError } from "../core/errors.ts";
import { describeKey, findDamage, findExcess, MAX_ID_LENGTH } from "../core/fields.ts";
import { notify } from "../core/maybe-promise.ts";
import type { ProviderEvent, Secret } from "../core/provider.ts";
import { MAX_TIMER_MS, systemTimers, type Timers } from "../core/timers.ts";
import { trimSecret } from "./secret.ts";

/**
 * Options of every provider that sends HTTP requests. A factory checks them and throws `invalid_config` that names the option.
 */
export interface HttpOptions {
  /**
   * Replaces the global `fetch`: for a proxy, for instrumentation, for tests. Default: the global `fetch` at the time of the
   * request.
   *
   * It is called as `fetch(url, init)`. `url` is text. `init` has `method`, `headers` (a plain object), `body` (text; absent
   * when the request has none), `redirect: "manual"` and `signal`. The `fetch` of undici and of node-fetch can be used as
   * they are.
   *
   * It must return a `Response` whose body has not been read; to read the body, read that of a `clone()`. A call that gets
   * anything else fails with `invalid_config` that names `fetch`.
   *
   * Node's own `fetch` uses `HTTPS_PROXY` only when `NODE_USE_ENV_PROXY=1` is set.
   */
  fetch?: typeof fetch;
  /**
   * Time limit of one attempt, from sending the request until the whole reply is read, in milliseconds: a whole number from 1
   * to 2,147,483,647. An attempt that exceeds it fails with `timeout` and is retried. Default 10,000.
   */
  attemptTimeoutMs?: number;
  /**
   * Time limit of one operation with all its attempts and waits, in milliseconds: a whole number from 1 to 2,147,483,647.
   * When it passes, the operation fails with its last retryable error, or with `timeout` when a request has no reply.
   * Default 30,000.
   *
   * In `registerMany`, `amendMany` and `cancelMany` each request has a limit of its own, which counts from its turn: not the
   * time in which it waits for a place among `concurrency`, for its start by `requestsPerSecond`, for an earlier change of the
   * same registration, or for a token or list that several requests share. Such a call has no limit as a whole but its
   * `signal`.
   */
  deadlineMs?: number;
  /**
   * How many times an operation is retried after a retryable error: a whole number from 0 (never) to 20. A call's own
   * `retries` overrides it. Default 3.
   */
  retries?: number;
  /** How many requests of this provider may be in flight at once: a whole number of 1 or more. Default 8. */
  concurrency?: number;
  /**
   * How many requests of this provider may start per second, evenly spaced: any number above 0 (0.5 is one every two
   * seconds). Default: no limit.
   */
  requestsPerSecond?: number;
  /** Called for every attempt and every retry. An error that it throws is ignored. */
  onEvent?: (event: ProviderEvent) => void;
  /** The current time. Default: the machine's clock. */
  clock?: Clock;
}

/** {@link HttpOptions} with their defaults filled in. */
export interface HttpSettings
  extends Readonly<Required<Omit<HttpOptions, "fetch" | "requestsPerSecond" | "onEvent">>> {
  /** `undefined` is the global `fetch` at the time of the request: a test or a tracer may replace it after construction. */
  readonly fetch: typeof fetch | undefined;
  readonly requestsPerSecond: number | undefined;
  /** Never throws. `undefined` where the host does not listen: no event is made then. */
  readonly onEvent: ((event: ProviderEvent) => void) | undefined;
  /** What time limits, delays and durations are measured by. Not an option: the package's own tests hand in others. */
  readonly timers: Timers;
  /** A number from 0 up to 1, for the jitter of retries. Not an option either. */
  readonly random: () => number;
}

/** A whole number within bounds. `what` is what the message calls it, `excess` what it says of a larger one. */
function wholeNumber(
  least: number,
  most: number,
  { what = "a number", excess = `must be at most ${most}.` } = {},
) {
  return z
    .number(`must be ${what}.`)
    .check(
      z.int("must be a whole number."),
      z.gte(least, least === 0 ? "must be 0 or more." : `must be at least ${least}.`),
      z.lte(most, excess),
    );
}

const milliseconds = wholeNumber(1, MAX_TIMER_MS, {
  what: "a number of milliseconds",
  excess: "is too long.",
});

function functionOption<Value>(): z.ZodMiniCustom<Value, Value> {
  return z.custom<Value>((value) => typeof value === "function", "must be a function.");
}

/** The part of a provider's option schema that checks {@link HttpOptions}. */
export const httpOptionShape = {
  fetch: z.optional(functionOption<typeof fetch>()),
  attemptTimeoutMs: z.optional(milliseconds),
  deadlineMs: z.optional(milliseconds),
  retries: z.optional(wholeNumber(0, 20)),
  concurrency: z.optional(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
  requestsPerSecond: z.optional(z.number("must be a number.").check(z.gt(0, "must be more than 0."))),
  onEvent: z.optional(functionOption<(event: ProviderEvent) => void>()),
  clock: z.optional(functionOption<Clock>()),
};

/** Applies the defaults: attempt 10 s, deadline 30 s, 3 retries, concurrency 8, no rate limit. */
export function toHttpSettings(
  options: { [Key in keyof HttpOptions]: HttpOptions[Key] | undefined },
): HttpSettings {
  const { onEvent } = options;
  return {
    fetch: options.fetch,
    attemptTimeoutMs: options.attemptTimeoutMs ?? 10_000,
    deadlineMs: options.deadlineMs ?? 30_000,
    retries: options.retries ?? 3,
    concurrency: options.concurrency ?? 8,
    requestsPerSecond: options.requestsPerSecond,
    onEvent: onEvent === undefined ? undefined : (event) => notify(onEvent, event),
    clock: steadyClock(options.clock ?? systemClock),
    timers: systemTimers,
    random: Math.random,
  };
}

/** A {@link Secret} option. */
export const secretOption = z.custom<Secret>(
  (value) => typeof value === "function" || (typeof value === "string" && trimSecret(value) !== ""),
  "must be text that is not empty, or a function that gives it.",
);

/** A text option that is not empty and that a ledger can store unchanged. */
export const textOption = z.string("must be text.").check(
  z.refine((text) => text.trim() !== "", "must not be empty."),
  z.refine(
    (text) => findDamage(text) === undefined,
    "must not hold half of a surrogate pair, nor U+0000; the text is damaged.",
  ),
);

/** The id of a provider. */
export const providerIdOption = textOption.check(
  z.refine((id) => findExcess(id) === undefined, `must have at most ${MAX_ID_LENGTH} characters.`),
);

/** How many days ahead an open-ended registration is sent: 1 to 365. */
export const openEndedDaysOption = z.optional(wholeNumber(1, 365, { what: "a number of days" }));

/** A base URL: https, or http on loopback for sandboxes. Trailing slashes are removed. */
export const baseUrlOption = z.pipe(
  z.string("must be a URL.").check((payload) => {
    const message = findBaseUrlProblem(payload.value);
    if (message !== undefined) payload.issues.push({ code: "custom", input: payload.value, message });
  }),
  z.transform((url: string) => url.replace(/\/+$/, "")),
);

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

function findBaseUrlProblem(text: string): string | undefined {
  const general = "must be an https URL without user, query or fragment.";
  if (!URL.canParse(text)) return general;
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  if (username !== "" || password !== "" || search !== "" || hash !== "") return general;
  if (protocol === "https:") return undefined;
  if (protocol !== "http:") return general;
  if (LOOPBACK.includes(hostname)) return undefined;
  return (
    "must be https, because tokens and plates are sent to it. Plain http is accepted only for localhost, 127.0.0.1 and " +
    "[::1]; put TLS in front of a sandbox on another host or container, or forward a port of this machine's loopback to it."
  );
}

/**
 * Parses the options of a factory.
 *
 * @throws EnforcementError `invalid_config` that names each invalid option, never its value
 */
export function parseOptions<Schema extends z.ZodMiniType>(
  schema: Schema,
  options: unknown,
  factory: string,
): z.output<Schema> {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const knownKeys = schema instanceof z.ZodMiniObject ? Object.keys(schema.shape).join(", ") : undefined;
  const problems = result.error.issues.map((issue) => {
    const path = issue.path.join(".");
    if (issue.code === "unrecognized_keys") {
      const unknown = `${path === "" ? "options" : path}: ${issue.keys.map(describeKey).join(", ")} is not known`;
      return path === "" && knownKeys !== undefined ? `${unknown}; known keys: ${knownKeys}.` : `${unknown}.`;
    }
    return `${path === "" ? "options" : path}: ${issue.message === "Invalid input" ? "is not as it must be." : issue.message}`;
  });
  const field = result.error.issues[0]?.path.join(".") || undefined;
  throw new EnforcementError("invalid_config", `${factory}: ${problems.join(" ")}`, { field });
}

import * as z from "zod/mini";
import { type Clock, steadyClock, systemClock } from "../core/clock.ts";
import { EnforcementError } from "../core/errors.ts";
import { describeKey, findDamage, findExcess, MAX_ID_BYTES, MAX_ID_LENGTH } from "../core/fields.ts";
import { notify } from "../core/maybe-promise.ts";
import type { ProviderEvent, Secret } from "../core/provider.ts";
import { trimSecret } from "./secret.ts";

/** Options that every provider with an HTTP side takes. */
export interface HttpOptions {
  /**
   * Replaces the global `fetch`: proxies, instrumentation, tests. It is called as `fetch(url, init)`: the address as
   * text, and an `init` of `method`, `headers` (a plain object), `body` (text, absent where there is none), `redirect:
   * "manual"` and `signal`. So the `fetch` of undici and of node-fetch work, too. It gives a `Response` whose body was not
   * read; one that reads along reads a `clone()`. Anything else fails the call with `invalid_config` that names `fetch`.
   * Node's own uses a proxy of the environment only where `NODE_USE_ENV_PROXY=1` is set.
   */
  fetch?: typeof fetch;
  /** How long one attempt may take until its whole reply is read, in milliseconds. Default 10,000. */
  attemptTimeoutMs?: number;
  /** How long one operation may take with all its attempts and waits, in milliseconds. Default 30,000. */
  deadlineMs?: number;
  /** How often a failed attempt is repeated. 0 never. Default 3, at most 20. */
  retries?: number;
  /** Requests of this provider under way at once. Default 8. */
  concurrency?: number;
  /** Requests of this provider started in one second, evenly spaced. Default: no limit. */
  requestsPerSecond?: number;
  /** Hears of every attempt and every retry. What it throws is ignored. */
  onEvent?: (event: ProviderEvent) => void;
  /** Default: the machine's clock. */
  clock?: Clock;
}

/** {@link HttpOptions} with their defaults filled in. */
export interface HttpSettings {
  /** Undefined: the global one of the moment, so that a test or a tracer may replace it later. */
  readonly fetch: typeof fetch | undefined;
  readonly attemptTimeoutMs: number;
  readonly deadlineMs: number;
  readonly retries: number;
  readonly concurrency: number;
  readonly requestsPerSecond: number | undefined;
  readonly onEvent: (event: ProviderEvent) => void;
  readonly clock: Clock;
}

// setTimeout cannot count further, and fires at once instead.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const milliseconds = z
  .number("must be a number of milliseconds.")
  .check(
    z.int("must be a whole number."),
    z.gte(1, "must be at least 1."),
    z.lte(LONGEST_TIMER_MS, "is too long."),
  );

function functionOption<Value>(): z.ZodMiniCustom<Value, Value> {
  return z.custom<Value>((value) => typeof value === "function", "must be a function.");
}

/** The part of a provider's option schema that {@link HttpOptions} need. */
export const httpOptionShape = {
  fetch: z.optional(functionOption<typeof fetch>()),
  attemptTimeoutMs: z.optional(milliseconds),
  deadlineMs: z.optional(milliseconds),
  retries: z.optional(
    z
      .number("must be a number.")
      .check(
        z.int("must be a whole number."),
        z.gte(0, "must be 0 or more."),
        z.lte(20, "must be at most 20."),
      ),
  ),
  concurrency: z.optional(
    z.number("must be a number.").check(z.int("must be a whole number."), z.gte(1, "must be at least 1.")),
  ),
  requestsPerSecond: z.optional(z.number("must be a number.").check(z.gt(0, "must be more than 0."))),
  onEvent: z.optional(functionOption<(event: ProviderEvent) => void>()),
  clock: z.optional(functionOption<Clock>()),
};

/** Fills in the defaults of design: attempt 10 s, deadline 30 s, 3 retries, concurrency 8, no rate limit. */
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
    onEvent: (event) => notify(onEvent, event),
    clock: steadyClock(options.clock ?? systemClock),
  };
}

/** A {@link Secret} option. */
export const secretOption = z.custom<Secret>(
  (value) => typeof value === "function" || (typeof value === "string" && trimSecret(value) !== ""),
  "must be text that is not empty, or a function that gives it.",
);

/** A text option that must hold something, and that a ledger can keep as it is. */
export const textOption = z.string("must be text.").check(
  z.refine((text) => text.trim() !== "", "must not be empty."),
  z.refine(
    (text) => findDamage(text) === undefined,
    "must not hold half of a surrogate pair, nor U+0000; the text is damaged.",
  ),
);

/** The id of a provider. */
export const providerIdOption = textOption.check(
  z.refine(
    (id) => findExcess(id) === undefined,
    `must have at most ${MAX_ID_LENGTH} characters, and at most ${MAX_ID_BYTES} bytes in UTF-8.`,
  ),
);

/** How many days ahead an open-ended right is sent. */
export const openEndedDaysOption = z.optional(
  z
    .number("must be a number of days.")
    .check(
      z.int("must be a whole number."),
      z.gte(1, "must be at least 1."),
      z.lte(365, "must be at most 365."),
    ),
);

/** A base URL: https, or http on loopback for sandboxes. Its trailing slashes are dropped. */
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
  // Tokens and plates travel on it: plain http would show both to everything on the way.
  return (
    "must be https: tokens and plates travel on it. Plain http is taken for localhost, 127.0.0.1 and [::1] alone; a " +
    "sandbox on another host or in another container needs TLS before it, or this machine's loopback forwarded to it."
  );
}

/**
 * Checks the options of a factory.
 *
 * @throws EnforcementError `invalid_config` naming each option that is wrong, never its value
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

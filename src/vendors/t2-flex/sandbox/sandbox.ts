/**
 * An officer's handheld. T2 Flex calls the host, so its sandbox is the calling side. It is our reading of the vendor, not the
 * vendor: the form of Flex's question is unpublished, and this one follows public client code (`offstreet`,
 * `iris`) and a vendor's documentation (`genetec`). Like those clients it looks at the first record only and gives up
 * after ten seconds.
 *
 * @module
 */

import { fieldError, readRecord, readText } from "../../../core/fields.ts";
import type {
  Handheld,
  HandheldAnswer,
  HandheldCredential,
  HandheldEntry,
  HandheldOptions,
} from "../../../core/lookup/handheld.ts";
import { readFactoryOptions } from "../../../core/options.ts";
import { raceAbort, systemTimers, type Timers } from "../../../core/timers.ts";
import { genetecWire } from "./genetec.ts";
import { irisWire } from "./iris.ts";
import { offstreetWire } from "./offstreet.ts";
import type { HandheldWire } from "./schema.ts";

/** What a handheld of T2 Flex's speaks. Default `offstreet`. */
export type T2FlexHandheldDialect = "offstreet" | "iris" | "genetec";

/**
 * Sets up a handheld.
 *
 * @throws EnforcementError when an option is unknown or wrong
 */
export function createHandheld(options: HandheldOptions<T2FlexHandheldDialect>): Handheld {
  return createHandheldWith(options, systemTimers);
}

/** {@link createHandheld} with injected timers, for tests. */
export function createHandheldWith(
  options: HandheldOptions<T2FlexHandheldDialect>,
  timers: Timers,
): Handheld {
  readFactoryOptions(options, "createHandheld", ["url", "dialect", "credential", "fetch", "timeoutMs"]);
  const wire = findWire(options.dialect ?? "offstreet");
  const headers = { ...wire.headers, ...toHeaders(options.credential, wire) };
  const url =
    wire.path === ""
      ? new URL(options.url)
      : new URL(wire.path, `${new URL(options.url)}/`.replace(/\/+$/, "/"));
  const { timeoutMs = 10_000 } = options;

  async function ask(entry: HandheldEntry, signal: AbortSignal): Promise<HandheldAnswer> {
    const fetch = options.fetch ?? globalThis.fetch;
    const body = wire.encode(entry, options.credential);
    const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    const { status } = response;
    const text = await response.text();
    const answer = wire.decode(status, text);
    const isRefused = status >= 400 && status < 500 && answer.shows === "unavailable";
    return isRefused ? { shows: "refused", status } : answer;
  }

  return {
    async lookup({ signal, ...entry }) {
      signal?.throwIfAborted();
      const giveUp = new AbortController();
      const cancelTimer = timers.after(timeoutMs, () => giveUp.abort());
      const end = signal === undefined ? giveUp.signal : AbortSignal.any([signal, giveUp.signal]);
      try {
        // A fetch given by a test may not listen to the signal; the officer does not wait for it either.
        return await raceAbort(ask(entry, end), end);
      } catch (error) {
        signal?.throwIfAborted();
        if (giveUp.signal.aborted) return { shows: "unavailable", why: `no reply within ${timeoutMs} ms` };
        return { shows: "unavailable", why: `no connection: ${describe(error)}` };
      } finally {
        cancelTimer();
      }
    },
  };
}

const WIRES: ReadonlyMap<string, HandheldWire> = new Map([
  ["offstreet", offstreetWire],
  ["iris", irisWire],
  ["genetec", genetecWire],
]);

function findWire(dialect: string): HandheldWire {
  const wire = WIRES.get(dialect);
  if (wire === undefined) {
    throw fieldError("dialect", `must be one of ${[...WIRES.keys()].join(", ")}.`, "invalid_config");
  }
  return wire;
}

/** @throws EnforcementError when the credential is not one of the wire's */
export function toHeaders(credential: HandheldCredential, wire: HandheldWire): Record<string, string> {
  if ((credential.scheme === "username-token") !== (wire === irisWire)) {
    throw fieldError(
      "credential.scheme",
      "must be username-token for iris, and only for it.",
      "invalid_config",
    );
  }
  switch (credential.scheme) {
    case "username-token":
      readRecord(credential, "credential", ["scheme", "username", "password", "token"]);
      for (const key of ["username", "password", "token"] as const)
        readText(credential[key], `credential.${key}`);
      return {};
    case "basic": {
      readRecord(credential, "credential", ["scheme", "username", "password"]);
      const pair = `${readText(credential.username, "credential.username")}:${credential.password}`;
      return { authorization: `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(pair)))}` };
    }
    case "bearer":
      readRecord(credential, "credential", ["scheme", "token"]);
      return { authorization: `Bearer ${readText(credential.token, "credential.token")}` };
    case "api-key":
      readRecord(credential, "credential", ["scheme", "key", "header"]);
      return { [credential.header ?? "x-api-key"]: readText(credential.key, "credential.key") };
    default:
      throw fieldError(
        "credential.scheme",
        "must be basic, bearer, api-key or username-token.",
        "invalid_config",
      );
  }
}

/** The system's code, such as ECONNREFUSED: an error's own words may hold the address. */
function describe(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (typeof cause === "object" && cause !== null && "code" in cause) return String(cause.code);
  return error instanceof Error ? error.name : "unknown fault";
}

import { type Clock, systemClock } from "../../../core/clock.ts";
import { fieldError, readList, readRecord, readText } from "../../../core/fields.ts";
import type { HandheldCredential, HandheldEntry } from "../../../core/lookup/handheld.ts";
import { readFactoryOptions } from "../../../core/options.ts";
import { systemTimers, type Timers } from "../../../core/timers.ts";
import { offstreetWire } from "./offstreet.ts";
import { toHeaders } from "./sandbox.ts";
import { isInstant, readJson } from "./schema.ts";

/** A vendor that a {@link FieldHandheld} asks by Offstreet's own search. */
export interface FieldVendor {
  name: string;
  /** Where its lookup is served. */
  url: string | URL;
  credential: HandheldCredential;
}

/** Options of {@link createFieldHandheld}. */
export interface FieldHandheldOptions {
  /** Asked in this order. */
  vendors: readonly FieldVendor[];
  /** Where nothing is found, asks again with every O as 0, and then with every 0 as O. Default false. */
  swapsZeroAndO?: boolean;
  /** When it goes on to the next vendor, in milliseconds. Default 10,000. */
  timeoutMs?: number;
  /** What ends are compared with. Default: the machine's clock. */
  clock?: Clock;
  /** Default: the global one. */
  fetch?: typeof globalThis.fetch;
}

/** What the officer's screen shows. */
export type FieldScreen =
  /** The end of the first record lies ahead. Its start is not looked at. */
  | { shows: "valid"; vendor: string; session: FieldSession }
  | { shows: "expired"; vendor: string; session: FieldSession }
  /** No vendor that could be reached has a record. */
  | { shows: "no_permit" }
  /** The dialog has closed without a word. No other vendor was asked, and nothing was logged. */
  | { shows: "nothing" }
  | { shows: "no_connection" }
  /** The application has ended. */
  | { shows: "crash" };

/** The first record of a reply, as far as it is looked at. */
export interface FieldSession {
  readonly plate: unknown;
  readonly endDateTime: string;
}

/** A handheld as officers use it. */
export interface FieldHandheld {
  lookup(question: HandheldEntry): Promise<FieldScreen>;
  /** What was asked so far, in order. */
  readonly asked: readonly { readonly vendor: string; readonly plate: string }[];
}

/**
 * Sets up a handheld that behaves as a public Android client of the `offstreet` search does. Seen in its code: it acts
 * on HTTP 200 alone, and at any other status closes its dialog, shows nothing, asks no other vendor and logs nothing; a
 * transport failure or a time-out goes on with the next vendor; an end that is null or cannot be read shows nothing; the
 * end alone is compared, so that a permit that starts tomorrow looks valid; an empty body under 200 crashes it.
 *
 * Inferred: a vendor without a record is followed by the next one; a body that is no list of sessions shows nothing; the
 * two swapped plates are asked for in this order, of the same vendor.
 *
 * `createHandheld` is the other one: it reads replies strictly and says what is wrong with them.
 *
 * @throws EnforcementError when an option is unknown or wrong
 */
export function createFieldHandheld(options: FieldHandheldOptions): FieldHandheld {
  return createFieldHandheldWith(options, systemTimers);
}

/** {@link createFieldHandheld} with injected timers, for tests. */
export function createFieldHandheldWith(options: FieldHandheldOptions, timers: Timers): FieldHandheld {
  readFactoryOptions(options, "createFieldHandheld", [
    "vendors",
    "swapsZeroAndO",
    "timeoutMs",
    "clock",
    "fetch",
  ]);
  const { swapsZeroAndO = false, timeoutMs = 10_000, clock = systemClock } = options;
  if (typeof swapsZeroAndO !== "boolean") {
    throw fieldError("swapsZeroAndO", "must be true or false.", "invalid_config");
  }
  const vendors = readList(options.vendors, "vendors", { atLeastOne: true }).map(readVendor);
  const asked: Array<{ vendor: string; plate: string }> = [];

  /** Rejects when there is no whole reply in time. */
  async function post(url: URL, request: RequestInit): Promise<{ status: number; text: string }> {
    const giveUp = new AbortController();
    const cancelTimer = timers.after(timeoutMs, () => giveUp.abort());
    try {
      const fetch = options.fetch ?? globalThis.fetch;
      const response = await fetch(url, { ...request, signal: giveUp.signal });
      return { status: response.status, text: await response.text() };
    } finally {
      cancelTimer();
    }
  }

  /** The screen that a vendor's reply leads to; `undefined` when it has no record. Rejects when there is no reply. */
  async function ask(
    { name, url, headers }: ReadVendor,
    entry: HandheldEntry,
  ): Promise<FieldScreen | undefined> {
    asked.push({ vendor: name, plate: entry.plate });
    const body = offstreetWire.encode(entry, NO_CREDENTIAL);
    const { status, text } = await post(url, { method: "POST", headers, body, redirect: "manual" });
    if (status !== 200) return { shows: "nothing" };
    if (text === "") return { shows: "crash" };
    const sessions = (readJson(text) as { sessions?: unknown } | null | undefined)?.sessions;
    if (!Array.isArray(sessions)) return { shows: "nothing" };
    const [session] = sessions as readonly (Partial<FieldSession> | null)[];
    if (session === undefined) return undefined;
    const { plate, endDateTime } = session ?? {};
    if (typeof endDateTime !== "string" || !isInstant(endDateTime)) return { shows: "nothing" };
    const isAhead = new Date(endDateTime) > clock();
    return { shows: isAhead ? "valid" : "expired", vendor: name, session: { plate, endDateTime } };
  }

  return {
    asked,
    async lookup(entry) {
      const { plate } = entry;
      const swapped = swapsZeroAndO ? [plate.replace(/O/gi, "0"), plate.replaceAll("0", "O")] : [];
      const plates = new Set([plate, ...swapped]);
      let isReached = false;
      for (const vendor of vendors) {
        try {
          for (const typed of plates) {
            const screen = await ask(vendor, { ...entry, plate: typed });
            if (screen !== undefined) return screen;
            isReached = true;
          }
        } catch {
          // No reply, or none in time: the next vendor is asked.
        }
      }
      return { shows: isReached ? "no_permit" : "no_connection" };
    },
  };
}

type ReadVendor = ReturnType<typeof readVendor>;

// `encode` needs a credential, but the offstreet wire writes none into its body.
const NO_CREDENTIAL: HandheldCredential = { scheme: "bearer", token: "" };

function readVendor(value: unknown, index: number) {
  const { name, url, credential } = readRecord(value, `vendors[${index}]`, ["name", "url", "credential"]);
  return {
    name: readText(name, `vendors[${index}].name`),
    url: new URL(url as string | URL),
    headers: { ...offstreetWire.headers, ...toHeaders(credential as HandheldCredential, offstreetWire) },
  };
}

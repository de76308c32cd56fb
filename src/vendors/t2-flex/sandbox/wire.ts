import type { HandheldAnswer, HandheldCredential, HandheldEntry } from "../../../core/lookup/handheld.ts";

/** One way in which handhelds ask. */
export interface HandheldWire {
  /** Below the URL that was entered; empty: at it. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  encode(entry: HandheldEntry, credential: HandheldCredential): string;
  /** Reads a reply; a status of another kind is read before. */
  decode(status: number, body: string): HandheldAnswer;
}

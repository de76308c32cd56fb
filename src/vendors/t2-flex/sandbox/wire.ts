import type { HandheldAnswer } from "./schema.ts";

/** What was entered for the integration, and how it travels. */
export type HandheldCredential =
  | { scheme: "basic"; username: string; password: string }
  | { scheme: "bearer"; token: string }
  /** `header`: its name. Default `x-api-key`. */
  | { scheme: "api-key"; key: string; header?: string }
  /** WS-Security and the token beside it. Only `iris` has them, and it has nothing else. */
  | { scheme: "username-token"; username: string; password: string; token: string };

/** What an officer types. */
export interface HandheldEntry {
  plate: string;
  /** An abbreviation or a full name. Only `offstreet` sends it. */
  state?: string;
  /** `iris` does not send it. */
  locationId?: string;
}

/** One way in which handhelds ask. */
export interface HandheldWire {
  /** Below the URL that was entered; empty: at it. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  encode(entry: HandheldEntry, credential: HandheldCredential): string;
  /** Reads a reply; a status of another kind is read before. */
  decode(status: number, body: string): HandheldAnswer;
}

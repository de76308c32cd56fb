/** A record as a handheld shows it. What a wire has no field for is null. */
export interface HandheldSession {
  readonly id: string | null;
  readonly permitId: string | null;
  readonly plate: string;
  /** Null or empty when the permit's plate has no region. */
  readonly state: string | null;
  readonly startDateTime: string | null;
  /** Null when the permit has no end. */
  readonly endDateTime: string | null;
  /** Null when it is not known when the permit was made. */
  readonly createdDateTime: string | null;
  readonly location: string;
  readonly tenantName: string | null;
}

/** What the officer's screen shows. */
export type HandheldAnswer =
  | { shows: "permit"; session: HandheldSession; sessions: readonly HandheldSession[] }
  /** There was a permit, and it has ended. Only `iris` tells that apart from none. */
  | { shows: "expired"; session: HandheldSession }
  | { shows: "none" }
  /** We were asked wrongly or by the wrong party. */
  | { shows: "refused"; status: number }
  /** We could not say: the vendor's own policy applies. */
  | { shows: "unavailable"; why: string };

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

/** Options of a handheld. */
export interface HandheldOptions<DialectName extends string = string> {
  /** Where the lookup handler is served. */
  url: string | URL;
  /** What it speaks. Default: the vendor's first dialect. */
  dialect?: DialectName;
  credential: HandheldCredential;
  /** Default: the global one. */
  fetch?: typeof globalThis.fetch;
  /** When the handheld gives up, in milliseconds. Default 10,000. */
  timeoutMs?: number;
}

/** What an officer types. */
export interface HandheldQuestion extends HandheldEntry {
  /** Ends the lookup early; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** A handheld that is set up for one endpoint. */
export interface Handheld {
  /** Asks once. Faults of network, status or reply are answers, never exceptions. */
  lookup(question: HandheldQuestion): Promise<HandheldAnswer>;
}

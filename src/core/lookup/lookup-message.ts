/** A request, free of any framework. */
export interface LookupRequest {
  readonly method: string;
  /** Relative to where the handler is mounted; starts with `/`. */
  readonly path: string;
  /** Without the leading `?`; empty when there is none. */
  readonly query: string;
  /** The value of a header, its name in lower case; several values are joined by a comma. */
  header(name: string): string | undefined;
  /** The whole body as text; empty when there is none. */
  readonly body: string;
}

/** What goes back. One that cannot be sent becomes a 500. */
export interface LookupReply {
  /** 200 to 599. */
  readonly status: number;
  /** Names in lower case, values in Latin-1 without control characters. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty under 204, 205 and 304, which have none. */
  readonly body: string;
}

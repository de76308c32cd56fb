/**
 * The asking side of a lookup's wire format, so that a host can ask its own endpoint as the vendor would: with it the
 * set-up is checked before the vendor is there.
 */
export interface LookupProbe {
  /** The request for one plate. Credentials go where the wire has them. */
  toRequest(question: LookupProbeQuestion, credential: LookupCredential): LookupProbeRequest;
  /** What a reply says. Never throws. */
  readReply(reply: LookupProbeReply): LookupProbeAnswer;
}

/** What is asked. */
export interface LookupProbeQuestion {
  /** The canonical number. */
  readonly plateNumber: string;
  /** ISO 3166-2. */
  readonly region?: string;
  /** Our id of a location, where the wire can name one. */
  readonly locationId?: string;
}

/** What the vendor was given, and how it travels. Default scheme: `basic`. */
export type LookupCredential =
  | { readonly scheme?: "basic"; readonly username: string; readonly password: string }
  | { readonly scheme: "bearer"; readonly token: string }
  /** `header`: its name. Default `x-api-key`. */
  | { readonly scheme: "api-key"; readonly key: string; readonly header?: string }
  /** User name and password in the message's security header, and the token beside them: `iris`. */
  | {
      readonly scheme: "username-token";
      readonly username: string;
      readonly password: string;
      readonly token: string;
    };

export interface LookupProbeRequest {
  readonly method: string;
  /** Below the endpoint's URL; starts with a slash, or is empty. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface LookupProbeReply {
  readonly status: number;
  readonly body: string;
}

/** What a reply says. */
export type LookupProbeAnswer =
  /** The permits that it shows; `permitIds` is absent where the wire has no place for them. */
  | { readonly shows: "permit"; readonly permitIds?: readonly string[] }
  | { readonly shows: "none" }
  /** The credential is not recognised. */
  | { readonly shows: "refused"; readonly status: number }
  /** Anything else. `why` holds nothing of the reply's body. */
  | { readonly shows: "unavailable"; readonly why: string };

/** The header that carries a credential: Basic in UTF-8 (RFC 7617), Bearer, or one of its own. Empty: the body does. */
export function credentialHeader(credential: LookupCredential): Readonly<Record<string, string>> {
  switch (credential.scheme) {
    case "username-token":
      return {};
    case "bearer":
      return { authorization: `Bearer ${credential.token}` };
    case "api-key":
      return { [credential.header ?? "x-api-key"]: credential.key };
    default: {
      const bytes = new TextEncoder().encode(`${credential.username}:${credential.password}`);
      return { authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
    }
  }
}

/** The answer to a reply that is none. `wanted` says what a status of 200 should have brought. */
export function unavailableReply(status: number, wanted: string): LookupProbeAnswer {
  return {
    shows: "unavailable",
    why: status === 200 ? `the reply is not ${wanted}` : `the reply has the status ${status}`,
  };
}

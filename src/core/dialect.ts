import type { PresentedCredential } from "./credential.ts";
import type { Company, Location } from "./directory.ts";
import type { Permit } from "./permit.ts";
import type { Plate } from "./plate.ts";
import type { RegionMatch } from "./region.ts";

/**
 * The wire format of an inbound lookup: it reads the credential, parses the query, renders an answer and renders a
 * refusal. It decides nothing: who may ask, what is valid and what an unknown place means is the handler's.
 */
export interface LookupDialect {
  /** A short name for the audit: `offstreet`. */
  readonly id: string;
  /** Whether its queries can name a place. */
  readonly places: boolean;
  /** HTTP methods that it takes, upper case. Others are refused with 405 and an Allow header. */
  readonly methods: readonly string[];
  /** Media types that it takes, lower case. Others are refused with 415. */
  readonly contentTypes: readonly string[];
  /** A user name and password in the body. Left out where credentials travel in headers only. */
  readCredential?(request: LookupRequest): PresentedCredential | undefined;
  /**
   * What is asked. Texts as they came; the handler makes them canonical.
   *
   * @throws EnforcementError `invalid_input` when the request cannot be understood
   */
  parseQuery(request: LookupRequest): LookupQuery;
  renderAnswer(answer: LookupAnswer): LookupReply;
  renderRefusal(refusal: LookupRefusal): LookupReply;
}

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

/** What goes back. */
export interface LookupReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A question as it was asked. */
export interface LookupQuery {
  readonly plate: string;
  readonly region?: string;
  /** Absent: anywhere within the credential's scope. */
  readonly place?: LookupPlace;
}

/** A place as the vendor names it: by our location id, by T2 Flex station, or by zone name. */
export interface LookupPlace {
  readonly by: "location" | "station" | "zone";
  readonly value: string;
}

/**
 * What we know: yes, no, or not. A dialect is given `valid` and `none` only: the handler turns `undetermined` into one
 * of the refusals or into `none`, as the host's `whenUndetermined` says.
 */
export interface LookupAnswer {
  readonly status: "valid" | "none" | "undetermined";
  readonly reason: LookupReason;
  /** The rights that are valid now, the best one first. Empty unless `valid`. */
  readonly matches: readonly LookupMatch[];
  readonly at: Date;
}

/** Why an answer is what it is, as a closed list. */
export type LookupReason =
  /** Valid, plate and region agree. */
  | "match"
  /** Valid; the region of one or both was unknown. */
  | "match_region_unknown"
  /** Valid only when one character is read as another that looks like it. */
  | "match_ocr"
  /** Valid only thanks to `graceMinutes`. */
  | "match_grace"
  | "no_permit"
  | "region_differs"
  | "not_yet_valid"
  | "expired"
  /** There is a permit, but not for the place that was asked about. */
  | "other_location"
  /** The company, or every location in question, or every one of the permit's, has the provider switched off. */
  | "switched_off"
  | "unknown_place"
  | "unknown_company"
  /** The permit source, the directory or the credential store failed, or gave what cannot be read. */
  | "source_failed"
  | "source_timeout"
  | "aborted";

/** One right that answers a question. */
export interface LookupMatch {
  readonly permit: Permit;
  /** The permit's plate, with its location's region where it has none of its own. */
  readonly plate: Plate;
  readonly location: Location;
  readonly company: Company;
  readonly plateMatch: "exact" | "ocr";
  readonly regionMatch: RegionMatch;
  readonly grace: boolean;
}

/** A request that is not answered. */
export interface LookupRefusal {
  readonly status: 400 | 401 | 404 | 405 | 413 | 415 | 500 | 503;
  readonly code: LookupRefusalCode;
  /** For the person who reads the vendor's log. Holds no plate and no secret. */
  readonly message: string;
  /** Headers that go with the status, such as `allow` or `www-authenticate`. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type LookupRefusalCode =
  | "invalid_request"
  | "unauthorized"
  | "not_found"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "body_consumed"
  | "undetermined"
  | "internal_error";

/** Whether a value has everything that a dialect must have. */
export function isLookupDialect(value: unknown): value is LookupDialect {
  if (typeof value !== "object" || value === null) return false;
  const { id, places, methods, contentTypes, readCredential, ...rest } = value as Partial<LookupDialect>;
  const functions = [
    rest.parseQuery,
    rest.renderAnswer,
    rest.renderRefusal,
    readCredential ?? isLookupDialect,
  ];
  return (
    typeof id === "string" &&
    typeof places === "boolean" &&
    [methods, contentTypes].every(
      (list) => Array.isArray(list) && list.every((entry) => typeof entry === "string"),
    ) &&
    functions.every((entry) => typeof entry === "function")
  );
}

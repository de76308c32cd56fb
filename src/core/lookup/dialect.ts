import type { Company, Location } from "../directory/directory.ts";
import type { Permit } from "../permit/permit.ts";
import type { Plate } from "../permit/plate.ts";
import type { RegionMatch } from "../permit/region.ts";
import type { LookupReply, LookupRequest, PresentedCredential } from "./lookup-message.ts";
import type { LookupProbe } from "./lookup-probe.ts";

/**
 * The wire format of an inbound lookup: it reads the credential, parses the query, renders an answer and renders a
 * refusal. It decides nothing: who may ask, what is valid and what an unknown place means is the handler's.
 *
 * Most dialects ask about one plate at a time and need no optional method. `renderAnswers` belongs to a `parseQuery`
 * that returns lists, `renderPlaces` to one that returns `{ list: "places" }`.
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
  /**
   * A user name and password in the body. Left out where credentials travel in headers only. What it throws is never
   * told to the asking party, who hears 401; the audit of that 401 has the message of an `EnforcementError`.
   */
  readCredential?(request: LookupRequest): PresentedCredential | undefined;
  /**
   * A second secret in the body. When a dialect has this method, a request must prove the secret besides its credential: the
   * handler compares it with `tokenHashes` of that credential. `undefined` proves nothing. An error that it throws is treated
   * like one of `readCredential`.
   */
  readToken?(request: LookupRequest): string | undefined;
  /**
   * What needs no credential, such as a description of the service: asked for each request, before everything else.
   * `undefined`: this request is a lookup. `publicUrl` is the handler's option; nothing else says where we live.
   */
  serveDocument?(
    request: LookupRequest,
    service: { readonly publicUrl: string | undefined },
  ): LookupReply | LookupRefusal | undefined;
  /**
   * What is asked: one query, up to 100 of them, or the places that may be asked about. Texts as they
   * came; the handler makes them canonical. A refusal says what cannot be asked: `not_found` for an unknown path.
   *
   * @throws EnforcementError `invalid_input` when the request cannot be understood; it is refused with 400. A plate is
   * handed on as it came, whatever it holds: one that cannot be read is not known, which is no 400
   */
  parseQuery(request: LookupRequest): DialectQuestion;
  renderAnswer(answer: LookupAnswer): LookupReply;
  /**
   * The answers to a list of queries, in its order. One that is not known makes the whole list a refusal. A plate that
   * cannot be read does so only where no other plate of the list has a permit; otherwise its own answer is
   * `undetermined` here, or `none` where `whenUndetermined` is `deny`: tell it as not known, or leave it out.
   */
  renderAnswers?(answers: readonly LookupAnswer[]): LookupReply;
  renderPlaces?(places: LookupPlaces): LookupReply;
  renderRefusal(refusal: LookupRefusal): LookupReply;
  /**
   * The asking side of the same wire, with which set-up asks the host's own endpoint as the vendor would. Each built-in
   * dialect has one. Absent: set-up wants one as `lookup.probe`. A dialect that is made by spreading another one and
   * asks or answers in another form replaces it, or says `undefined`.
   */
  readonly probe?: LookupProbe | undefined;
}

/** Longest list of queries in one request. A longer one is refused with 400. */
export const MAX_QUERIES = 100;

/** What a request asks, or why it is not asked. */
export type DialectQuestion = LookupQuery | readonly LookupQuery[] | LookupPlacesQuery | LookupRefusal;

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
  /** Several: any of them. One that is unknown makes the answer undetermined, whatever the others say. */
  readonly value: string | readonly string[];
}

/** Asks for the places that the credential may ask about. */
export interface LookupPlacesQuery {
  readonly list: "places";
}

/** The locations within the credential's scope at which the provider is switched on. Empty: at none. */
export interface LookupPlaces {
  readonly locations: readonly Location[];
}

/**
 * What we know: yes, no, or not. `renderAnswer` is given `valid` and `none` only: the handler turns `undetermined` into
 * one of the refusals or into `none`, as the host's `whenUndetermined` says. `renderAnswers` may see it: see there.
 */
export interface LookupAnswer {
  readonly status: "valid" | "none" | "undetermined";
  readonly reason: LookupReason;
  /** The rights that are valid now, the best one first. Empty unless `valid`. */
  readonly matches: readonly LookupMatch[];
  /** Where nothing is valid: the right of this plate, at a place that was asked about, that ended last. */
  readonly ended?: LookupMatch;
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
  /** The credential is limited to locations, and the directory has none of them. */
  | "unknown_locations"
  /** The permit source, the directory or the credential store failed, or gave what cannot be read. */
  | "source_failed"
  | "source_timeout"
  | "aborted"
  /** The plate cannot be read: a character that no plate has, nothing left without separators, or too long. */
  | "invalid_request";

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
  readonly status: 400 | 401 | 404 | 405 | 413 | 415 | 429 | 500 | 503;
  readonly code: LookupRefusalCode;
  /** Why the answer is not known, where `code` is `undetermined`: some wires tell an unknown place apart. */
  readonly reason?: LookupReason;
  /** For the person who reads the vendor's log. Holds no plate and no secret. */
  readonly message: string;
  /** Headers that go with the status, such as `allow` or `www-authenticate`. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type LookupRefusalCode =
  | "invalid_request"
  | "unauthorized"
  | "not_found"
  /** The vendor's protocol has it, and we do not serve it. */
  | "not_supported"
  /** A document has to say where the service is, and the handler has no `publicUrl`. */
  | "public_url_missing"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "body_consumed"
  | "undetermined"
  | "too_many_requests"
  | "internal_error";

/** Whether a value has everything that a dialect must have. */
export function isLookupDialect(value: unknown): value is LookupDialect {
  if (typeof value !== "object" || value === null) return false;
  const dialect = value as Partial<LookupDialect>;
  const { id, places, methods, contentTypes, parseQuery, renderAnswer, renderRefusal } = dialect;
  const { readCredential, readToken, serveDocument, renderAnswers, renderPlaces, probe } = dialect;
  return (
    typeof id === "string" &&
    typeof places === "boolean" &&
    [methods, contentTypes].every(
      (list) => Array.isArray(list) && list.every((entry) => typeof entry === "string"),
    ) &&
    [parseQuery, renderAnswer, renderRefusal].every((entry) => typeof entry === "function") &&
    [readCredential, readToken, serveDocument, renderAnswers, renderPlaces].every(
      (entry) => entry === undefined || typeof entry === "function",
    ) &&
    (probe === undefined || isLookupProbe(probe))
  );
}

function isLookupProbe(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { toRequest, readReply } = value as Partial<LookupProbe>;
  return typeof toRequest === "function" && typeof readReply === "function";
}

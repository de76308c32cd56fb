import type { EnforcementErrorCode } from "../../core/errors.ts";
import { fieldError, readBoolean, readId, readRecord } from "../../core/fields.ts";
import { parseInstant, timeOf } from "../../core/instant.ts";
import type { Refusal } from "../ledger/delivery.ts";

/**
 * Which refused operations `retry` and `dismiss` change: those that every given key fits. At least one key must have a
 * value, so that a value that the host forgot to set does not select everything; `all: true` says that everything is meant.
 */
export interface FailureFilter {
  /** Refused by this provider. It may have been removed from sync. */
  readonly providerId?: string;
  /** Of permits of this company. */
  readonly companyId?: string;
  /** Refused with this code. */
  readonly code?: EnforcementErrorCode;
  /** Refused at this instant or later. A `Date`, or ISO 8601 text with an offset. */
  readonly since?: Date | string;
  /** Refused before this instant; later than `since`. A `Date`, or ISO 8601 text with an offset. */
  readonly until?: Date | string;
  /** Every refused operation. Only without other keys. */
  readonly all?: true;
}

/** {@link FailureFilter}, checked. Instants are in milliseconds. */
export interface CheckedFailureFilter {
  readonly providerId: string | undefined;
  readonly companyId: string | undefined;
  readonly code: string | undefined;
  /** Inclusive. */
  readonly since: number;
  /** Exclusive. */
  readonly until: number;
}

const KEYS = ["providerId", "companyId", "code", "since", "until", "all"];

const CODES: Readonly<Record<EnforcementErrorCode, true>> = {
  invalid_config: true,
  invalid_input: true,
  unauthorized: true,
  rejected: true,
  rate_limited: true,
  unavailable: true,
  timeout: true,
  aborted: true,
  invalid_response: true,
  unsupported: true,
};

/** @throws EnforcementError `invalid_input` naming the key */
export function readFailureFilter(filter: FailureFilter): CheckedFailureFilter {
  const { all, providerId, companyId, code, since, until } = readRecord(filter, "filter", KEYS);
  const hasOther = [providerId, companyId, code, since, until].some((value) => value !== undefined);
  const isAll = all !== undefined && readBoolean(all, "filter.all");
  if (isAll && hasOther) throw fieldError("filter.all", "cannot be true beside other keys; leave it out.");
  if (!isAll && !hasOther) {
    throw fieldError("filter", `selects nothing; give one of ${KEYS.slice(0, -1).join(", ")}, or all: true.`);
  }
  const checked = {
    providerId: providerId === undefined ? undefined : readId(providerId, "filter.providerId"),
    companyId: companyId === undefined ? undefined : readId(companyId, "filter.companyId"),
    code: code === undefined ? undefined : readCode(code),
    since: since === undefined ? Number.NEGATIVE_INFINITY : parseInstant(since, "filter.since").getTime(),
    until: until === undefined ? Number.POSITIVE_INFINITY : parseInstant(until, "filter.until").getTime(),
  };
  if (checked.until > checked.since) return checked;
  throw fieldError("filter.until", "must be later than since; it is exclusive.");
}

function readCode(value: unknown): string {
  if (typeof value === "string" && Object.hasOwn(CODES, value)) return value;
  throw fieldError("filter.code", `must be one of ${Object.keys(CODES).join(", ")}.`);
}

/** Whether a failure is of the provider and the company that a filter names. */
export function isOfPlace(
  { providerId, companyId }: CheckedFailureFilter,
  failure: { readonly providerId: string; readonly companyId: string },
): boolean {
  if (providerId !== undefined && providerId !== failure.providerId) return false;
  return companyId === undefined || companyId === failure.companyId;
}

/** Whether a refusal has the code of a filter and lies in its range. */
export function fitsRefusal(
  { code, since, until }: CheckedFailureFilter,
  refusal: Pick<Refusal, "code" | "failedAt">,
): boolean {
  const time = timeOf(refusal.failedAt);
  return (code === undefined || code === refusal.code) && since <= time && time < until;
}

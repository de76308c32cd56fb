import type { Permit } from "../../core/permit/permit.ts";
import type { PermitRecord } from "../ledger/ledger.ts";
import type { EntryFacts } from "./describe-entry.ts";
import { isOff } from "./explain-record.ts";
import { showInstant, showList, showPlate } from "./words.ts";

/** What a ledger has no record of. */
export function describeUnknown(permitId: string): string {
  return (
    `Permit ${permitId} is not known here, and no vendor was told of it: its id may be another one, or the system that issues permits never handed it to ` +
    "sync. Compare the id; if it is right, Offstreet's staff have to find out why the permit was not handed over."
  );
}

/**
 * Whether the vendors have a permit, and what of the permit itself says so, before its entries are told one by one.
 * `plateNumber`: names no other plate.
 */
export function describePermit(
  record: PermitRecord,
  entries: readonly EntryFacts[],
  { now, plateNumber }: { readonly now: Date; readonly plateNumber?: string | undefined },
): string {
  const { permitId, companyId, revision, changedAt } = record;
  const verdict = `Permit ${permitId} of company ${companyId}: ${judge(entries)} (${showInstant(now)}).`;
  const last = `Revision ${revision}, last changed at ${showInstant(changedAt)}.`;
  return `${verdict} ${describeState(record, { now, plateNumber })} ${last}`;
}

function judge(entries: readonly EntryFacts[]): string {
  const asked = entries.filter((entry) => !isOff(entry));
  const there = new Set(entries.flatMap((one) => (one.status === "acknowledged" ? [one.providerId] : [])));
  if (there.size === 0)
    return asked.length === 0 && entries.length > 0
      ? "it goes to no vendor, because none is switched on for its locations"
      : "no vendor has it now";
  const isAll = asked.every(({ status, ...entry }) => status === "acknowledged" || isFormer(entry));
  const verb = there.size === 1 ? "has" : "have";
  return `${showList([...there])} ${verb} ${isAll ? "it" : "a part of it"} now`;
}

/** What the permit no longer names is no part of it. */
function isFormer(entry: object): boolean {
  return "reason" in entry && entry.reason === "superseded";
}

function describeState(
  { state, permit }: PermitRecord,
  { now, plateNumber }: { readonly now: Date; readonly plateNumber: string | undefined },
): string {
  switch (state) {
    case "revoked":
    case "forgotten":
      return "It was revoked; if that was a mistake, the permit office has to issue it again.";
    case "erased_revoked":
      return "It was revoked and erased.";
    case "erased":
      return "It has ended and was erased.";
    case "active":
  }
  if (permit === undefined) return "What it says is not kept.";
  const { validFrom, validTo } = permit;
  if (validTo !== null && validTo <= now)
    return `It ended at ${showInstant(validTo)}; if it should be valid still, the permit office has to renew it.`;
  const end = validTo === null ? "without an end" : `until ${showInstant(validTo)}`;
  const from = `from ${showInstant(validFrom)} ${end}`;
  return validFrom > now
    ? `It is not valid yet, but ${from}.`
    : `It is valid ${from}, for ${showPlates(permit, plateNumber)}.`;
}

// A permit may have hundreds; the entries tell them all.
const MAX_PLATES = 5;

/** `only`: who asks for one plate is shown no other. */
function showPlates(permit: Permit, only: string | undefined): string {
  const plates = permit.plates.filter(({ number }) => only === undefined || number === only);
  const shown = plates.slice(0, MAX_PLATES).map(showPlate);
  const more = plates.length - shown.length;
  if (more > 0) shown.push(`${more} more`);
  return `${plates.length === 1 ? "plate" : "plates"} ${showList(shown)}`;
}

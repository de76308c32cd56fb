import type { EnforcementErrorCode } from "../../core/errors.ts";
import type { EntryFacts } from "./describe-entry.ts";
import { isOff } from "./explain-record.ts";
import type { OpenOperation, PlainReason, RefusedOperation, RefusedReason } from "./explanation.ts";

const NOTHING = "Nothing is to be done.";
const THERE =
  "Nothing is to be done; if an officer does not see it, compare plate, location and time with the ticket, then ask the vendor, with this reference.";
const RENAMED = "Offstreet's staff have to refresh sync, which then moves it to the name of now.";
const BY_ITSELF = "Then sync sends it by itself.";
const BY_REFRESH = "When they have refreshed sync, it is sent by itself.";

const PLAIN: Readonly<Record<PlainReason, string>> = {
  // What the permit itself is, its own sentence says, with the remedy.
  revoked: NOTHING,
  over: NOTHING,
  superseded: `If this plate should be there, the permit office has to put it into the permit again. ${BY_ITSELF}`,
  company_unknown: `Offstreet's staff have to add the company to the directory. ${BY_REFRESH}`,
  company_off: `If officers use it there, Offstreet's staff have to switch it on for the company in the directory. ${BY_REFRESH}`,
  location_unknown: `Offstreet's staff have to add the location to the directory, or the permit office has to correct the permit's location. ${BY_REFRESH}`,
  location_off: `If officers use it there, Offstreet's staff have to switch it on for the location in the directory. ${BY_REFRESH}`,
  location_unreadable: `Offstreet's staff have to correct the location in the directory. ${BY_REFRESH}`,
  no_target: `Offstreet's staff have to enter the vendor's name for the location in the directory, exactly as the vendor writes it. ${BY_REFRESH}`,
  not_refreshed: `Offstreet's staff have to refresh sync. ${BY_ITSELF}`,
};

const RESEND = "and then have it sent again (retry)";

const DISMISSED = `If it should be there, Offstreet's staff have to mend what was refused, with the vendor, ${RESEND}.`;

const REFUSED: Partial<Readonly<Record<RefusedReason, string>>> = {
  dismissed: DISMISSED,
  plate_without_region: `The permit office has to add the province or state to the plate; or Offstreet's staff have to give the location a default one, and refresh sync. Either way, it is sent by itself.`,
  target_unknown: `Offstreet's staff have to write the vendor's name for the location in the directory exactly as the vendor does. ${BY_REFRESH}`,
};

/** What a kind of trouble asks of a person, beside waiting. */
const TROUBLES: Partial<Readonly<Record<EnforcementErrorCode, string>>> = {
  unauthorized: "Offstreet's staff have to check the credentials that the vendor gave.",
  invalid_config: "Offstreet's staff have to correct the provider's options.",
};

/** Who can mend what is wrong with an entry, and how; or that nothing is to be done. `all`: the entries of its permit. */
export function remedyOf(entry: EntryFacts, all: readonly EntryFacts[]): string {
  switch (entry.status) {
    case "acknowledged":
      if (entry.change !== undefined) return remedyOfOperation(entry.change);
      return entry.targetNow === undefined ? THERE : RENAMED;
    case "on_its_way":
      return remedyOfOpen(entry);
    case "withdrawn":
      return entry.reason === undefined || entry.reason === "starts_later" ? NOTHING : PLAIN[entry.reason];
    case "not_judged":
      return entry.reason === "directory_failed"
        ? "Ask again when the directory answers."
        : "Ask again with the directory.";
    case "not_sent":
      if ("refusal" in entry) return REFUSED[entry.reason] ?? remedyOfRefused(entry.refusal);
      if (entry.reason === "starts_later") return NOTHING;
      return isOff(entry) && isServedByAnother(entry, all) ? NOTHING : PLAIN[entry.reason];
  }
}

/** Whether another provider is switched on at the entry's location: then this one is probably not used there. */
function isServedByAnother({ locationId }: EntryFacts, all: readonly EntryFacts[]): boolean {
  return all.some((other) => other.locationId === locationId && !isOff(other));
}

function remedyOfOperation(change: OpenOperation | RefusedOperation): string {
  return "failedAt" in change ? remedyOfRefused(change) : remedyOfOpen(change);
}

function remedyOfOpen({ trouble, breakerOpenSince }: OpenOperation): string {
  const known = trouble === undefined ? undefined : TROUBLES[trouble.code];
  if (known !== undefined) return known;
  return breakerOpenSince === undefined
    ? "Wait: sync sends it by itself."
    : "Wait: sync sends it by itself when the vendor answers again. Only the vendor can end its outage; ask it when that takes long.";
}

function remedyOfRefused({ code, field, isDismissed, retryAt }: RefusedOperation): string {
  if (isDismissed) return DISMISSED;
  if (retryAt !== undefined)
    return "Wait: sync sends it again by itself. If it stays refused, ask the vendor why.";
  const known = TROUBLES[code];
  if (known !== undefined) return known;
  if (code === "invalid_input" && field !== undefined)
    return `The permit office, or Offstreet's staff for what the directory says, have to correct "${field}".`;
  return `Offstreet's staff have to mend it with the vendor, by what the vendor said, ${RESEND}.`;
}

import type {
  NotJudgedEntry,
  OpenOperation,
  PermitExplanationEntry,
  PlainReason,
  RefusedEntry,
  RefusedOperation,
  TargetNotJudged,
  VendorWords,
} from "./explanation.ts";
import { showInstant, showPlate, showWait } from "./words.ts";

/** An entry without its words. */
export type EntryFacts = WithoutWords<PermitExplanationEntry>;

type WithoutWords<Entry> = Entry extends unknown ? Omit<Entry, "sentence" | "remedy"> : never;

/** Why nothing is sent; `%p` stands for the provider's id. */
const PLAIN: Readonly<Record<PlainReason, string>> = {
  revoked: "the permit was revoked",
  over: "the permit has ended",
  superseded: "the permit no longer names this plate at this location",
  company_unknown: "the directory does not have the permit's company",
  company_off: "%p is not switched on for the company",
  location_unknown: "the directory does not have this location",
  location_off: "%p is not switched on for this location",
  location_unreadable: "the directory's entry of this location cannot be read",
  no_target: "the directory does not say what %p calls this location",
  not_refreshed: "the directory asks for it now, and sync was not told",
};

const NOT_JUDGED: Readonly<Record<NotJudgedEntry["reason"], string>> = {
  no_directory: "no directory was handed in",
  directory_failed: "the directory did not answer",
};

const UNCHECKED: Readonly<Record<TargetNotJudged, string>> = {
  no_provider:
    "its name for the location was not compared with the vendor's list, because the provider was not handed in",
  no_list: "the vendor has no list to compare its name for the location with",
  vendor_down:
    "its name for the location was not compared with the vendor's list, because the vendor is down",
  list_failed:
    "its name for the location was not compared with the vendor's list, because the vendor did not give it",
  list_incomplete: "the vendor's list does not tell whether it has the location",
};

/** What an operation does, of the plate. */
const OPEN: Readonly<Record<OpenOperation["operation"], string>> = {
  register: "is on its way, and not there yet",
  amend: "a new end is on its way",
  cancel: "is being taken away, and may still be there",
};

const REFUSED: Readonly<Record<OpenOperation["operation"], string>> = {
  register: "it",
  amend: "a new end",
  cancel: "to take it away",
};

/** An entry in one sentence. It names the plate. */
export function describeEntry(entry: EntryFacts, now: Date): string {
  const target = entry.target === null ? "" : ` (${describeTarget(entry.target, entry)})`;
  const subject = `${entry.providerId}: plate ${showPlate(entry.plate)} at ${entry.locationId}${target}`;
  const renamed =
    entry.targetNow === undefined
      ? ""
      : `; the directory now calls the location ${JSON.stringify(entry.targetNow)} there`;
  return `${subject} ${predicateOf(entry, now)}${describeCheck(entry)}${renamed}.`;
}

/** What the vendor does not have may be called otherwise there. */
function describeTarget(target: string, { status, targetNow }: EntryFacts): string {
  const name = JSON.stringify(target);
  if (status === "acknowledged" || status === "withdrawn") return `${name} there`;
  return targetNow === undefined ? `in the directory: ${name}` : `sent as ${name}`;
}

function predicateOf(entry: EntryFacts, now: Date): string {
  switch (entry.status) {
    case "acknowledged": {
      const since = entry.since === null ? "" : ` since ${showInstant(entry.since)}`;
      const until = `until ${showInstant(entry.coveredUntil)}`;
      const change = entry.change === undefined ? "" : `; ${describeChange(entry.change, now)}`;
      const readBack =
        entry.readBackAt === null ? "" : `, and was in the vendor's list at ${showInstant(entry.readBackAt)}`;
      return `is there${since}, ${until}${readBack}, under reference ${entry.reference}${change}`;
    }
    case "on_its_way":
      return describeOpen(entry, now);
    case "withdrawn": {
      const why = entry.reason === undefined ? "" : `, because ${describeReason(entry.reason, entry)}`;
      return `was there; it was taken away at ${showInstant(entry.withdrawnAt)}, as the vendor confirmed${why}`;
    }
    case "not_judged":
      return `has not been sent, and why was not judged: ${NOT_JUDGED[entry.reason]}`;
    case "not_sent":
      if ("refusal" in entry) return `is not there: ${describeRefusal(entry, now)}`;
      if (entry.reason === "starts_later") {
        const wait = showWait(entry.sendAt.getTime() - now.getTime());
        return `is not there yet, because it starts later: it is sent at ${showInstant(entry.sendAt)}, in ${wait}`;
      }
      return `is not there: ${describeReason(entry.reason, entry)}`;
  }
}

function describeReason(
  reason: PlainReason | "starts_later",
  { providerId }: Pick<EntryFacts, "providerId">,
): string {
  if (reason === "starts_later") return "it is not valid yet, and will be sent again";
  return PLAIN[reason].replaceAll("%p", () => providerId);
}

/** What the vendor's list says of the target, where that helps. */
function describeCheck(entry: EntryFacts): string {
  const { targetCheck: check } = entry;
  switch (check?.status) {
    case undefined:
    case "in_list":
      return "";
    case "not_in_list":
      return `; by the vendor's list: ${check.issue.message.replace(/\.$/, "")}`;
    case "candidates": {
      const [same] = check.candidates.filter(({ difference }) => difference === null);
      if (same !== undefined)
        return `; the vendor has a location ${JSON.stringify(same.name)}, probably this one`;
      const names = check.candidates.map(({ name, difference }) =>
        difference === null ? JSON.stringify(name) : `${JSON.stringify(name)}, which ${difference.message}`,
      );
      return names.length === 0 ? "" : `; the vendor has ${names.join(", and ")}`;
    }
    case "not_judged":
      return "refusal" in entry ? `; ${UNCHECKED[check.reason]}` : "";
  }
}

function describeChange(change: OpenOperation | RefusedOperation, now: Date): string {
  return "failedAt" in change ? describeRefused(change, now) : describeOpen(change, now);
}

function describeOpen(
  { operation, decidedAt, attempts, nextTryAt, trouble, breakerOpenSince }: OpenOperation,
  now: Date,
): string {
  const parts = [
    decidedAt === null ? "it is to be planned" : `it was first to be sent at ${showInstant(decidedAt)}`,
  ];
  if (breakerOpenSince !== undefined)
    parts.push(`the vendor has been down since ${showInstant(breakerOpenSince)}`);
  if (attempts > 0)
    parts.push(`it was sent ${attempts} ${attempts === 1 ? "time" : "times"} without a known result`);
  if (trouble !== undefined)
    parts.push(`the last attempt failed at ${showInstant(trouble.at)}: ${describeWords(trouble)}`);
  if (nextTryAt !== null) parts.push(`the next is in ${showWait(nextTryAt.getTime() - now.getTime())}`);
  return `${OPEN[operation]}: ${parts.join("; ")}`;
}

/** What was refused, and so is not there. What the reason says is not said in the vendor's words again. */
function describeRefusal({ reason, refusal, providerId }: EntryFacts & RefusedEntry, now: Date): string {
  const at = showInstant(refusal.failedAt);
  switch (reason) {
    case "plate_without_region":
      return `it could not be sent at ${at}, because the plate has no region (province or state), which ${providerId} needs${describeSequel(refusal, now)}`;
    case "target_unknown":
      return `it could not be sent at ${at}, because the vendor has no location of this name${describeSequel(refusal, now)}`;
    default:
      return describeRefused(refusal, now);
  }
}

function describeRefused(refused: RefusedOperation, now: Date): string {
  const { operation, failedAt } = refused;
  const at = `the vendor refused ${REFUSED[operation]} at ${showInstant(failedAt)}`;
  return `${at}: ${describeWords(refused)}${describeSequel(refused, now)}`;
}

/** What became of a refusal. */
function describeSequel({ isDismissed, mayBeDone, retryAt }: RefusedOperation, now: Date): string {
  const doubt = mayBeDone === true ? "; an earlier attempt got no answer and may have been carried out" : "";
  if (isDismissed) return `${doubt}; a person decided to leave it so (dismissed)`;
  if (retryAt === undefined) return doubt;
  return `${doubt}; sync sends it again in ${showWait(retryAt.getTime() - now.getTime())}`;
}

function describeWords({ code, message, status, vendorCode, vendorMessage }: VendorWords): string {
  // The place of a registration among those of its request says nothing here.
  const text = message.replace(/^registrations?(\[\d+\])?\./, "").replace(/\.$/, "");
  const http = status === undefined || message.includes(String(status)) ? "" : `, HTTP ${status}`;
  const others = [vendorCode, vendorMessage].filter((word) => word !== undefined && !message.includes(word));
  const said =
    others.length === 0 ? "" : `; the vendor said ${others.map((word) => JSON.stringify(word)).join(" ")}`;
  return `${text} (${code}${http})${said}`;
}

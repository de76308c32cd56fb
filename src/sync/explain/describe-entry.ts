import { describeSpan } from "../../core/describe-time.ts";
import type {
  NotJudgedEntry,
  OpenOperation,
  PermitExplanationEntry,
  PlainReason,
  RefusedOperation,
  RefusedReason,
  TargetNotJudged,
  VendorWords,
} from "./explanation.ts";

/** An entry without its sentence. */
export type EntryFacts = WithoutSentence<PermitExplanationEntry>;

type WithoutSentence<Entry> = Entry extends unknown ? Omit<Entry, "sentence"> : never;

const PLAIN: Readonly<Record<PlainReason, string>> = {
  revoked: "the permit was revoked",
  over: "the permit has ended",
  superseded: "the permit no longer names this plate there",
  company_unknown: "the directory does not have the company",
  company_off: "the provider is switched off for the company",
  location_unknown: "the directory does not have the location",
  location_off: "the provider is switched off for the location",
  location_unreadable: "the directory's entry of the location cannot be read",
  no_target: "the location has no target for the provider",
  not_refreshed: "the directory asks for it now, and sync was not told: call refresh",
};

const NOT_JUDGED: Readonly<Record<NotJudgedEntry["reason"], string>> = {
  no_directory: "no directory was handed in",
  directory_failed: "the directory did not answer",
};

const REFUSED: Partial<Readonly<Record<RefusedReason, string>>> = {
  plate_without_region:
    "the plate has no region, which the vendor needs: give the plate one, or the location a default; ",
  target_unknown: "the vendor does not have this target; ",
};

const UNCHECKED: Readonly<Record<TargetNotJudged, string>> = {
  no_provider: "the target was not compared with the vendor's list, because the provider was not handed in",
  no_list: "the target was not compared with a list, because the vendor has none",
  vendor_down: "the target was not compared with the vendor's list, because the vendor is down",
  list_failed: "the target was not compared with the vendor's list, because the vendor did not give it",
  list_incomplete: "the vendor's list does not tell whether the vendor has this target",
};

const OPERATIONS: Readonly<Record<OpenOperation["operation"], string>> = {
  register: "registration",
  amend: "change of its end",
  cancel: "cancellation",
};

/** An entry in one sentence. It names the plate. */
export function describeEntry(entry: EntryFacts, now: Date): string {
  const { number, region } = entry.plate;
  const plate = region === undefined ? number : `${number} (${region})`;
  const target = entry.target === null ? "" : ` as ${JSON.stringify(entry.target)}`;
  const subject = `${entry.providerId}: plate ${plate} at ${entry.locationId}${target}`;
  const renamed =
    entry.targetNow === undefined
      ? ""
      : `; the directory now calls the location ${JSON.stringify(entry.targetNow)} there`;
  return `${subject} ${predicateOf(entry, now)}${describeCheck(entry)}${renamed}.`;
}

function predicateOf(entry: EntryFacts, now: Date): string {
  switch (entry.status) {
    case "acknowledged": {
      const since = entry.since === null ? "" : ` since ${entry.since.toISOString()}`;
      const until = `until ${entry.coveredUntil.toISOString()}`;
      const change = entry.change === undefined ? "" : `; ${describeChange(entry.change, now)}`;
      const readBack =
        entry.readBackAt === null ? "" : `, last read back at ${entry.readBackAt.toISOString()}`;
      return `is acknowledged${since}, covered ${until}, under reference ${entry.reference}${readBack}${change}`;
    }
    case "on_its_way":
      return `is on its way: ${describeOpen(entry, now)}`;
    case "withdrawn": {
      const why = entry.reason === undefined ? "" : `: ${reasonInWords(entry.reason)}`;
      return `was withdrawn at ${entry.withdrawnAt.toISOString()}, which the vendor confirmed${why}`;
    }
    case "not_judged":
      return `has not been sent, and why was not judged: ${NOT_JUDGED[entry.reason]}`;
    case "not_sent":
      if ("refusal" in entry) {
        const why = REFUSED[entry.reason] ?? "";
        return `is not there: ${why}${describeRefused(entry.refusal, now)}`;
      }
      if (entry.reason === "starts_later") {
        const wait = describeSpan(entry.sendAt.getTime() - now.getTime());
        return `has not been sent yet: it will be at ${entry.sendAt.toISOString()}, in ${wait}`;
      }
      return `is not sent: ${PLAIN[entry.reason]}`;
  }
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
      const names = check.candidates.map(({ name, difference }) =>
        difference === null
          ? `${JSON.stringify(name)}, as the location is called`
          : `${JSON.stringify(name)}, which ${difference.message}`,
      );
      return names.length === 0 ? "" : `; the vendor has ${names.join(", and ")}`;
    }
    case "not_judged":
      return "refusal" in entry ? `; ${UNCHECKED[check.reason]}` : "";
  }
}

function reasonInWords(reason: PlainReason | "starts_later"): string {
  return reason === "starts_later" ? "it starts later, and will be sent again" : PLAIN[reason];
}

function describeChange(change: OpenOperation | RefusedOperation, now: Date): string {
  return "failedAt" in change ? describeRefused(change, now) : `on its way is ${describeOpen(change, now)}`;
}

function describeOpen(
  { operation, decidedAt, attempts, nextTryAt, trouble, breakerOpenSince }: OpenOperation,
  now: Date,
): string {
  const parts = [
    decidedAt === null
      ? `its ${OPERATIONS[operation]} waits to be decided`
      : `its ${OPERATIONS[operation]} was decided at ${decidedAt.toISOString()}`,
  ];
  if (attempts > 0)
    parts.push(`sent ${attempts} ${attempts === 1 ? "time" : "times"} without a known result`);
  if (trouble !== undefined) parts.push(`at ${trouble.at.toISOString()} ${describeWords(trouble)}`);
  if (breakerOpenSince !== undefined)
    parts.push(`the vendor has been down since ${breakerOpenSince.toISOString()}`);
  if (nextTryAt !== null)
    parts.push(`it is tried again in ${describeSpan(nextTryAt.getTime() - now.getTime())}`);
  return parts.join(", ");
}

function describeRefused(
  { operation, failedAt, isDismissed, mayBeDone, retryAt, ...words }: RefusedOperation,
  now: Date,
) {
  const doubt = mayBeDone === true ? "; an earlier attempt got no answer and may have been carried out" : "";
  const refused = `its ${OPERATIONS[operation]} was refused at ${failedAt.toISOString()}`;
  const what = `${refused}, ${describeWords(words)}${doubt}`;
  if (isDismissed) return `${what}, and dismissed`;
  if (retryAt === undefined) return what;
  return `${what}, and is sent again in ${describeSpan(Math.max(0, retryAt.getTime() - now.getTime()))}`;
}

function describeWords({ code, message, status, vendorCode, vendorMessage }: VendorWords): string {
  const http = status === undefined ? "" : `, HTTP ${status}`;
  const vendor = [vendorCode, vendorMessage].filter((word) => word !== undefined);
  const said =
    vendor.length === 0 ? "" : `; the vendor said ${vendor.map((word) => JSON.stringify(word)).join(" ")}`;
  return `with ${code}${http} (${message})${said}`;
}

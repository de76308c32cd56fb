import { type Clock, systemClock } from "../../core/clock.ts";
import type { Directory } from "../../core/directory/directory.ts";
import { readId, readList, readRecord } from "../../core/fields.ts";
import { readFunction, readMethods } from "../../core/options.ts";
import type { EnforcementProvider } from "../../core/provider.ts";
import { createCompanyViews } from "../deliver/company-views.ts";
import type { Ledger, PermitRecord } from "../ledger/ledger.ts";
import { systemTimers } from "../pace/timers.ts";
import type { Seen } from "./absence.ts";
import { explainRecord, type RecordContext } from "./explain-record.ts";
import type { PermitExplanation } from "./explanation.ts";

export interface ExplainPermitOptions {
  /** An open ledger, or a `sqliteReader` beside the process that writes. */
  readonly ledger: Pick<Ledger, "readRecord">;
  /**
   * The host's companies and locations. An answer that takes longer than 10 seconds counts as a failure. Absent: why
   * something is not sent is judged as far as the ledger alone tells.
   */
  readonly directory?: Directory;
  /** The push providers that an entry is wanted of, beside those that the ledger has something of. Default: none. */
  readonly providers?: readonly EnforcementProvider[];
  readonly permitId: string;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}

const KEYS = ["ledger", "directory", "providers", "permitId", "clock"];

/**
 * Says where a permit is, in words: for each push provider, location and plate whether the vendor acknowledged it, it is on
 * its way, it is not sent and why, or it was withdrawn. Changes nothing, and asks no vendor. What was not handed in is not
 * judged. Of a running sync, `sync.explain` also knows which vendors are down.
 *
 * @throws EnforcementError `invalid_input` that names the option; `unavailable` when the ledger fails
 */
export async function explainPermit(options: ExplainPermitOptions): Promise<PermitExplanation> {
  const given = readRecord(options, "options", KEYS);
  const ledger = readMethods<ExplainPermitOptions["ledger"]>(given["ledger"], "options.ledger", [
    "readRecord",
  ]);
  const permitId = readId(given["permitId"], "options.permitId");
  const clock =
    given["clock"] === undefined ? systemClock : readFunction<Clock>(given["clock"], "options.clock");
  const providers = readList(given["providers"] ?? [], "options.providers").map((provider, index) =>
    readMethods<EnforcementProvider>(provider, `options.providers[${index}]`, ["validateMapping"]),
  );
  const directory =
    given["directory"] === undefined
      ? undefined
      : readMethods<Directory>(given["directory"], "options.directory", ["getCompany", "listLocations"]);
  const record = await ledger.readRecord(permitId);
  return explainFound(permitId, record, {
    now: clock(),
    seen: await look(record?.companyId, directory, clock),
    providerIds: providers.filter(({ delivery }) => delivery === "push").map(({ id }) => id),
    breakerOpenSince: () => undefined,
  });
}

async function look(
  companyId: string | undefined,
  directory: Directory | undefined,
  clock: Clock,
): Promise<Seen> {
  if (directory === undefined || companyId === undefined) return "no_directory";
  const views = createCompanyViews({
    directory,
    timers: systemTimers(clock),
    random: () => 0,
    emit: () => {},
  });
  return (await views.read(companyId)) ?? "directory_failed";
}

/** The explanation of what a ledger holds of a permit. */
export function explainFound(
  permitId: string,
  record: PermitRecord | undefined,
  context: RecordContext,
): PermitExplanation {
  const { now } = context;
  if (record === undefined) {
    const sentence = `Permit ${permitId} was never recorded in this ledger.`;
    return { permitId, at: now, state: "unknown", entries: [], sentences: [sentence] };
  }
  const { companyId, revision, state, changedAt } = record;
  const entries = explainRecord(record, context);
  const sentences = [describePermit(record), ...entries.map(({ sentence }) => sentence)];
  return { permitId, at: now, state, companyId, revision, changedAt, entries, sentences };
}

const STATES: Readonly<Record<PermitRecord["state"], string>> = {
  active: "is recorded",
  revoked: "was revoked",
  forgotten: "was revoked, to be erased",
  erased: "has ended and was erased",
  erased_revoked: "was revoked and erased",
};

function describePermit({
  permitId,
  companyId,
  revision,
  state,
  changedAt,
  permit,
  deliveries,
}: PermitRecord) {
  const told = `Permit ${permitId} of company ${companyId} ${STATES[state]}`;
  const last = `revision ${revision}, last changed at ${changedAt.toISOString()}`;
  if (permit === undefined) return `${told}: ${last}.`;
  const end = permit.validTo === null ? "without an end" : `until ${permit.validTo.toISOString()}`;
  const nowhere = deliveries.length === 0 ? "; it goes to no push provider" : "";
  return `${told}: ${last}, valid from ${permit.validFrom.toISOString()} ${end}${nowhere}.`;
}

import { type Clock, systemClock } from "../../core/clock.ts";
import type { Directory } from "../../core/directory/directory.ts";
import { fieldError, readId, readList, readRecord } from "../../core/fields.ts";
import { readFunction, readMethods, readSignal } from "../../core/options.ts";
import type { EnforcementProvider } from "../../core/provider.ts";
import { createCompanyViews } from "../deliver/company-views.ts";
import type { Ledger, PermitRecord } from "../ledger/ledger.ts";
import { systemTimers, type Timers } from "../pace/timers.ts";
import type { Seen } from "./absence.ts";
import { describeEntry, type EntryFacts } from "./describe-entry.ts";
import { describePermit, describeUnknown } from "./describe-permit.ts";
import { downSinceOf, explainRecord, type RecordContext } from "./explain-record.ts";
import type { PermitExplanation, PermitExplanationEntry, TargetCheck } from "./explanation.ts";
import { remedyOf } from "./remedy.ts";
import { requireGoingOn, TargetChecker } from "./target-check.ts";

export interface ExplainPermitOptions {
  /** An open ledger, or a `sqliteReader` beside the process that writes. */
  readonly ledger: Pick<Ledger, "readRecord">;
  /**
   * The host's companies and locations. An answer that takes longer than 10 seconds counts as a failure. Absent: why
   * something is not sent is judged as far as the ledger alone tells.
   */
  readonly directory?: Directory;
  /**
   * The push providers that an entry is wanted of, beside those that the ledger has something of. Each that can list its
   * vendor's zones is asked for them, at most once and for at most 10 seconds, when a registration is on its way or was
   * refused, or a location has no target. Default: none.
   */
  readonly providers?: readonly EnforcementProvider[];
  readonly permitId: string;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Ends the explanation: it rejects with `aborted`. Default: none. */
  readonly signal?: AbortSignal;
}

const KEYS = ["ledger", "directory", "providers", "permitId", "clock", "signal"];

/**
 * Says where a permit is, in words: for each push provider, location and plate whether the vendor acknowledged it, it is on
 * its way, it is not sent and why, or it was withdrawn. Changes nothing. What was not handed in is not judged. Of a running
 * sync, `sync.explain` knows by its own breakers which vendors are down.
 *
 * @throws EnforcementError `invalid_input` that names the option, also when the clock gives no valid date; `unavailable` when
 * the ledger fails; `aborted` when the signal aborts
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
  const signal = readSignal(given["signal"], "options.signal");
  const timers = systemTimers(clock);
  readNow(clock);
  requireGoingOn(signal);
  const record = await ledger.readRecord(permitId);
  const byId = new Map(providers.map((provider) => [provider.id, provider]));
  return explainFound(permitId, record, {
    targets: new TargetChecker({ providers: byId, timers, signal }),
    now: readNow(clock),
    seen: await look(record?.companyId, directory, timers),
    providerIds: providers.filter(({ delivery }) => delivery === "push").map(({ id }) => id),
    breakerOpenSince: () => undefined,
  });
}

/** @throws EnforcementError `invalid_input` when the clock gives no valid date */
function readNow(clock: Clock): Date {
  const now: unknown = clock();
  if (now instanceof Date && !Number.isNaN(now.getTime())) return now;
  throw fieldError("options.clock", "gave no valid Date.");
}

/** The company as the directory shows it now. Emits nothing: it is read, and nothing is done by it. */
export async function look(
  companyId: string | undefined,
  directory: Directory | undefined,
  timers: Timers,
): Promise<Seen> {
  if (directory === undefined || companyId === undefined) return "no_directory";
  const views = createCompanyViews({ directory, timers, random: () => 0, emit: () => {} });
  return (await views.read(companyId)) ?? "directory_failed";
}

/** The explanation of what a ledger holds of a permit. `plateNumber`: of this plate alone. */
export async function explainFound(
  permitId: string,
  record: PermitRecord | undefined,
  {
    targets,
    plateNumber,
    ...context
  }: RecordContext & { readonly targets: TargetChecker; readonly plateNumber?: string | undefined },
): Promise<PermitExplanation> {
  const { now } = context;
  if (record === undefined)
    return { permitId, at: now, state: "unknown", entries: [], sentences: [describeUnknown(permitId)] };
  const { companyId, revision, state, changedAt } = record;
  const isDown = (providerId: string) => {
    const delivery = record.deliveries.find((one) => one.providerId === providerId);
    return downSinceOf(delivery?.outages, context.breakerOpenSince(providerId)) !== undefined;
  };
  const about = { companyId, seen: context.seen, isDown };
  const facts: EntryFacts[] = [];
  for (const found of explainRecord(record, context)) {
    if (plateNumber !== undefined && found.plate.number !== plateNumber) continue;
    facts.push(withCheck(found, await targets.check(found, about)));
  }
  const entries: PermitExplanationEntry[] = facts.map((one) => ({
    ...one,
    sentence: describeEntry(one, now),
    remedy: remedyOf(one, facts),
  }));
  const sentences = [
    describePermit(record, facts, { now, plateNumber }),
    ...entries.map(({ sentence, remedy }) => `${sentence} ${remedy}`),
  ];
  return { permitId, at: now, state, companyId, revision, changedAt, entries, sentences };
}

function withCheck(facts: EntryFacts, targetCheck: TargetCheck | undefined): EntryFacts {
  if (targetCheck === undefined) return facts;
  const isUnknown = targetCheck.status === "not_in_list";
  if (facts.status === "not_sent" && facts.reason === "refused" && isUnknown)
    return { ...facts, reason: "target_unknown", targetCheck };
  return { ...facts, targetCheck };
}

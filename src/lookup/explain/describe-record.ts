import { describeSpan } from "../../core/describe-time.ts";
import type { LookupAudit } from "../audit.ts";
import { MEANINGS } from "./describe-replay.ts";
import type { ConsideredPermit, LookupExplanation } from "./explanation.ts";

/** Sentences about a record, and about how it agrees with its replay. */
export function describeRecord(
  record: LookupAudit,
  replayed: Pick<LookupExplanation, "answer" | "reason">,
  considered: readonly ConsideredPermit[],
): string[] {
  const gone = record.considered.filter((id) => !considered.some(({ permitId }) => permitId === id));
  const added = considered.filter(({ permitId }) => !record.considered.includes(permitId));
  return [
    `The record says ${describeAnswer(record)}: ${MEANINGS[record.reason]}. ${describeHeard(record)}`,
    ...describeFailure(record),
    describeAgreement(record, replayed),
    ...gone.map((id) => `Permit ${id} was considered then; the source no longer gives it.`),
    ...added.map(({ permitId }) => `Permit ${permitId} was not given by the source then.`),
  ];
}

/** Sentences about the list of a record as a whole. */
export function describeList(record: LookupAudit): string[] {
  return [
    `The record says of the whole list ${describeAnswer(record)}: ${MEANINGS[record.reason]}. ${describeHeard(record)}`,
    ...describeFailure(record),
  ];
}

/** Sentences about a record that cannot be replayed: it has no plate, or its place is redacted. */
export function describeUnasked(record: LookupAudit): string[] {
  const { asked, parts, closest = [] } = record;
  const isPlaceHidden = record.status !== "refused" && (asked ?? parts) !== undefined;
  return [
    `${describeSubject(record)}: ${describeAnswer(record)}, ${MEANINGS[record.reason]}. ${describeHeard(record)}`,
    ...describeFailure(record),
    ...(isPlaceHidden
      ? ["The place that was asked about is redacted, so the question cannot be asked again."]
      : []),
    ...closest.map(
      ({ name, difference }) => `A place that is close: ${JSON.stringify(name)} ${difference.message}.`,
    ),
  ];
}

function describeSubject({ at, asked, parts }: LookupAudit): string {
  if (parts?.length === 1) return `The list of one plate that was asked about at ${at}`;
  if (parts !== undefined) return `The list of ${parts.length} plates that was asked about at ${at}`;
  if (asked !== undefined) return `The plate ${JSON.stringify(asked.plate)} that was asked about at ${at}`;
  return `The request of ${at} looked up no plate`;
}

function describeAnswer({ status, reason }: LookupAudit): string {
  return `${status} (${reason})`;
}

function describeHeard({ httpStatus, durationMs }: LookupAudit): string {
  const after = `after ${describeSpan(Math.round(durationMs))}.`;
  return httpStatus === 0
    ? `The connection was closed without a reply ${after}`
    : `The vendor heard HTTP ${httpStatus} ${after}`;
}

function describeFailure({ failure }: LookupAudit): string[] {
  if (failure === undefined) return [];
  return failure.at === "request"
    ? [`What was wrong with the request: ${failure.message}`]
    : [`What failed then was at the stage "${failure.at}": ${failure.message}`];
}

/** Reasons that do not depend on the permits and the directory: a replay may give an answer. */
const FAILURES: readonly LookupAudit["reason"][] = ["source_failed", "source_timeout", "aborted"];

function describeAgreement(
  { status, reason }: LookupAudit,
  replayed: Pick<LookupExplanation, "answer" | "reason">,
): string {
  if (status === replayed.answer && reason === replayed.reason) return "Asked again, the answer is the same.";
  const again = `Asked again, the answer is ${replayed.answer} (${replayed.reason})`;
  if (FAILURES.includes(replayed.reason)) return `${again}: ${MEANINGS[replayed.reason]}.`;
  if (FAILURES.includes(reason)) {
    return `${again}: what prevented an answer then does not prevent it now.`;
  }
  return `${again}: permits, directory or options have changed since.`;
}

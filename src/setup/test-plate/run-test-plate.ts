import { EnforcementError, isEnforcementError, withErrorDetails } from "../../core/errors.ts";
import { showName } from "../../core/names/visible-name.ts";
import { type TestPlateEvidence, type TestPlateSighting, wasSeen } from "../evidence/evidence.ts";
import { within } from "../within.ts";
import { createPullProcedure } from "./pull-procedure.ts";
import { createPushProcedure } from "./push-procedure.ts";
import type { TestPlateOptions, TestPlateResult } from "./test-plate.ts";
import {
  type Observation,
  prepareRun,
  type TestPlateProcedure,
  type TestPlateRun,
  toOpenEvidence,
} from "./test-plate-run.ts";

/**
 * Performs the go-live test at one location: makes the vendor's test plate valid there, looks for it, and withdraws it.
 *
 * With a push provider, the plate is registered with the vendor. It is read back from the vendor, or `confirm` asks a person
 * when the vendor cannot be read back. Then it is cancelled. With a pull provider, a test permit is added to the host's permits
 * and looked up through the host's own endpoint; then `confirm`, if given, asks the officer.
 *
 * The run saves a record in `evidence` before it publishes the plate. When the process dies or the vendor is down,
 * `sweepTestPlates` withdraws the plate by this record. The run itself always withdraws the plate at its end: also when `signal`
 * is aborted, when `confirm` throws, and when the plate was not seen. The test right also expires after `minutes`.
 *
 * @throws EnforcementError `invalid_input` when an option is wrong, or when the location is switched off or has no target: the
 * run has then done nothing. Any other error is the one that ended the run; the record holds it as `problem`
 */
export async function runTestPlate(options: TestPlateOptions): Promise<TestPlateResult> {
  const run = await prepareRun(options);
  const procedure = isPush(options) ? createPushProcedure(run, options) : createPullProcedure(run, options);
  let record = toOpenEvidence(run, procedure.trace);
  await keep(run, record, run.signal);

  let failure: EnforcementError | undefined;
  let why: string | undefined;
  try {
    record = { ...record, trace: await procedure.publish() };
    await keep(run, record, run.signal);
    const looked = await lookFor(run, procedure);
    record = { ...record, sightings: looked.sightings };
    why = looked.why;
  } catch (thrown) {
    failure = toFailure(thrown);
  }
  record = await clear(run, procedure, {
    ...record,
    ...(failure === undefined ? {} : { problem: failure.message }),
  });
  if (failure === undefined) await keep(run, record, undefined);
  else {
    // Ignored: a record that stays open is swept later, and the error of the run matters more.
    await keep(run, record, undefined).catch(() => {});
    throw toThrown(failure, run, record);
  }
  return toResult(run, record, why);
}

/** Looks for the plate by program, then by a person when the procedure needs one and `confirm` is given. */
async function lookFor(
  run: TestPlateRun,
  procedure: TestPlateProcedure,
): Promise<{ sightings: TestPlateSighting[]; why?: string }> {
  const { confirm } = run.options;
  const sightings: TestPlateSighting[] = [];
  const note = ({ by, seen }: Observation) => sightings.push({ by, seen, at: run.clock().toISOString() });
  const looked = await procedure.look().catch((thrown: unknown) => {
    // When reading back fails, a person can still look.
    if (confirm === undefined || run.signal?.aborted) throw thrown;
    return undefined;
  });
  if (looked !== undefined) note(looked);
  if (confirm !== undefined && procedure.needsPerson(looked)) {
    note({ by: "person", seen: await askPerson(run, confirm) });
  }
  return looked?.why === undefined ? { sightings } : { sightings, why: looked.why };
}

async function askPerson(
  run: TestPlateRun,
  confirm: NonNullable<TestPlateOptions["confirm"]>,
): Promise<boolean> {
  const { options, company, location, target, plate, endsAt } = run;
  const { id: providerId, setup } = options.provider;
  const deadlineMs = endsAt.getTime() - run.startedAt.getTime();
  return within({ signal: run.signal, deadlineMs, what: "confirm" }, async (signal) => {
    const sight = { providerId, title: setup.title, company, location, target, until: endsAt };
    try {
      return (await confirm({ ...sight, plate: plate.number, signal })) === true;
    } catch {
      // The host's own error is dropped: it may hold a plate.
      throw new EnforcementError("unavailable", "confirm: the function that asks a person failed.");
    }
  });
}

/** Withdraws the plate and checks that it is gone. Never throws: the record holds a failure as `problem`. */
async function clear(
  run: TestPlateRun,
  procedure: TestPlateProcedure,
  record: TestPlateEvidence,
): Promise<TestPlateEvidence> {
  try {
    await procedure.withdraw(record);
  } catch (thrown) {
    const { message } = toFailure(thrown);
    return { ...record, problem: `${record.problem ?? ""} Not withdrawn: ${message}`.trim() };
  }
  const gone = await procedure.isGone().catch(() => undefined);
  const closed: TestPlateEvidence = { ...record, ...(gone === undefined ? {} : { gone }) };
  // A plate that is still shown leaves the record open, so that the next sweep cancels it again.
  return gone === false ? closed : { ...closed, state: "closed", closedAt: run.clock().toISOString() };
}

async function keep(
  { options: { evidence }, deadlineMs }: TestPlateRun,
  record: TestPlateEvidence,
  signal: AbortSignal | undefined,
): Promise<void> {
  await within({ signal, deadlineMs, what: "The evidence store" }, () => evidence.save(record));
}

function toFailure(thrown: unknown): EnforcementError {
  // Any other error is the host's own and may hold a plate, so its text is dropped.
  return isEnforcementError(thrown)
    ? thrown
    : new EnforcementError("unavailable", "A function of the host failed.");
}

function toThrown(
  failure: EnforcementError,
  { options }: TestPlateRun,
  { state }: TestPlateEvidence,
): EnforcementError {
  const origin = { providerId: options.provider.id, operation: failure.operation ?? "runTestPlate" };
  if (state === "closed") return withErrorDetails(failure, { ...origin, outcome: "not_applied" });
  const message = `${failure.message} The test plate may still be valid: run sweepTestPlates().`;
  const left = new EnforcementError(failure.code, message);
  return withErrorDetails(left, { ...failure.toJSON(), ...origin, outcome: "unknown" });
}

function toResult(run: TestPlateRun, record: TestPlateEvidence, why: string | undefined): TestPlateResult {
  const { providerId, companyId, locationId, target, plate, gone = null } = record;
  return {
    providerId,
    companyId,
    locationId,
    target,
    plate: plate.number,
    seen: wasSeen(record),
    seenBy: record.sightings.at(-1)?.by ?? null,
    gone,
    cancelled: record.state === "closed",
    message: describe(run, record, why),
    evidence: record,
  };
}

function describe(
  { location, options }: TestPlateRun,
  record: TestPlateEvidence,
  why: string | undefined,
): string {
  const place = `"${showName(location.name)}"`;
  const witness = {
    vendor: options.provider.setup.title,
    endpoint: "our own endpoint",
    person: "the person who looked",
  };
  const last = record.sightings.at(-1);
  const sight =
    last === undefined
      ? `The test plate could not be looked for at ${place}; give confirm, so that a person is asked.`
      : last.seen
        ? `The test plate was seen at ${place} by ${witness[last.by]}.`
        : `The test plate was not seen at ${place} by ${witness[last.by]}.${why === undefined ? "" : ` ${why}`}`;
  const end =
    record.state === "closed"
      ? record.gone === true
        ? "It is gone again."
        : "It was withdrawn."
      : `It may still be valid: run sweepTestPlates(). ${record.problem ?? "It is shown although it was cancelled."}`;
  return `${sight} ${end}`;
}

function isPush(
  options: TestPlateOptions,
): options is Extract<TestPlateOptions, { provider: { delivery: "push" } }> {
  return options.provider.delivery === "push";
}

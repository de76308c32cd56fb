import { EnforcementError, isEnforcementError, withErrorDetails } from "../../core/errors.ts";
import { showName } from "../../core/names/visible-name.ts";
import { type TestPlateEvidence, type TestPlateSighting, wasSeen } from "../evidence/evidence.ts";
import { within } from "../within.ts";
import type { Observation, TestPlateProcedure } from "./procedure.ts";
import { createPullProcedure } from "./pull-procedure.ts";
import { createPushProcedure } from "./push-procedure.ts";
import type { TestPlateOptions, TestPlateResult } from "./test-plate.ts";
import { prepareRun, type TestPlateRun, toOpenEvidence } from "./test-plate-run.ts";

/**
 * Performs the go-live test at one location: the vendor's test plate becomes valid there, somebody looks for it, and it
 * is taken back.
 *
 * To a vendor that is pushed to it is registered, read back where the vendor can be, else `confirm` asks a person; then
 * it is cancelled. For a vendor that asks us a test permit is issued and our own endpoint is asked for it, then the
 * officer through `confirm`, if it is given.
 *
 * A record is kept in `evidence` before anything is put out, so that whatever a run leaves behind, because its process
 * died or the vendor was down, can be taken back by `sweepTestPlates`. It is always taken back at the end: also when
 * `signal` aborts, `confirm` throws or nobody saw it. The test right ends by itself after `minutes` besides.
 *
 * @throws EnforcementError `invalid_input` when an option is wrong, or the location is switched off or has no target:
 * nothing was done then. Any other is the failure that broke the run off; its record says so as well
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
    // A record that stays open is swept; why the run broke off matters more.
    await keep(run, record, undefined).catch(() => {});
    throw toThrown(failure, run, record);
  }
  return toResult(run, record, why);
}

/** The program's own look, and the person's where there is one to ask. */
async function lookFor(
  run: TestPlateRun,
  procedure: TestPlateProcedure,
): Promise<{ sightings: TestPlateSighting[]; why?: string }> {
  const { confirm } = run.options;
  const sightings: TestPlateSighting[] = [];
  const note = ({ by, seen }: Observation) => sightings.push({ by, seen, at: run.clock().toISOString() });
  const looked = await procedure.look().catch((thrown: unknown) => {
    // A vendor that cannot be read back just now can still be looked at.
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
      // Its error is the host's, and may print anything.
      throw new EnforcementError("unavailable", "confirm: the function that asks a person failed.");
    }
  });
}

/** Takes the plate back and looks whether it is gone. Never throws: what could not be done stands in the record. */
async function clear(
  run: TestPlateRun,
  procedure: TestPlateProcedure,
  record: TestPlateEvidence,
): Promise<TestPlateEvidence> {
  try {
    await procedure.withdraw(record);
  } catch (thrown) {
    const { message } = toFailure(thrown);
    return { ...record, problem: `${record.problem ?? ""} Not taken back: ${message}`.trim() };
  }
  const gone = await procedure.isGone().catch(() => undefined);
  const closed: TestPlateEvidence = { ...record, ...(gone === undefined ? {} : { gone }) };
  // What is shown although it was cancelled is cancelled again by the next sweep.
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
  // What is not ours may print anything, so nothing of it is kept.
  return isEnforcementError(thrown)
    ? thrown
    : new EnforcementError("unavailable", "A function that the host gave failed.");
}

function toThrown(
  failure: EnforcementError,
  { options }: TestPlateRun,
  { state }: TestPlateEvidence,
): EnforcementError {
  const origin = { providerId: options.provider.id, operation: failure.operation ?? "runTestPlate" };
  if (state === "closed") return withErrorDetails(failure, { ...origin, outcome: "not_applied" });
  const message = `${failure.message} The test plate may still be out there: run sweepTestPlates().`;
  const left = new EnforcementError(failure.code, message);
  return withErrorDetails(left, { ...failure.toJSON(), ...origin, outcome: "unknown" });
}

function toResult(run: TestPlateRun, record: TestPlateEvidence, why: string | undefined): TestPlateResult {
  const { providerId, companyId, locationId, target, plate, gone = null } = record;
  return {
    ...{ providerId, companyId, locationId, target, plate: plate.number },
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
      ? `Nobody could look for the test plate at ${place}; give confirm, so that a person is asked.`
      : last.seen
        ? `The test plate was seen at ${place} by ${witness[last.by]}.`
        : `The test plate was not seen at ${place} by ${witness[last.by]}.${why === undefined ? "" : ` ${why}`}`;
  const end =
    record.state === "closed"
      ? record.gone === true
        ? "It is gone again."
        : "It was taken back."
      : `It may still be out there: run sweepTestPlates(). ${record.problem ?? "It is shown although it was cancelled."}`;
  return `${sight} ${end}`;
}

function isPush(
  options: TestPlateOptions,
): options is Extract<TestPlateOptions, { provider: { delivery: "push" } }> {
  return options.provider.delivery === "push";
}

import { steadyClock, systemClock } from "../../core/clock.ts";
import { EnforcementError, isEnforcementError } from "../../core/errors.ts";
import { fieldError, readList, readRecord } from "../../core/fields.ts";
import { showName } from "../../core/names/visible-name.ts";
import { readDeadline, readSignal } from "../../core/options.ts";
import { listEvidence, readStore, type TestPlateEvidence } from "../evidence/evidence.ts";
import { DEFAULT_DEADLINE_MS, within } from "../within.ts";
import { cancelTestRight, isShown } from "./push-procedure.ts";
import type { SweepOptions, SweptTestPlate } from "./test-plate.ts";

const KEYS = ["providers", "evidence", "permits", "olderThanMs", "signal", "deadlineMs", "clock"];

/**
 * Withdraws every test plate that a run of `runTestPlate` left valid, because its process was killed or the vendor was down.
 * Call it when the host starts, and when a run's message says so. It may be repeated.
 *
 * A test right is cancelled by the receipt of its record. Without a receipt the registration is repeated first, which creates
 * nothing twice and returns the receipt. A test right whose end has passed needs no request. A test permit is removed from the
 * host's permits. The record is then closed.
 *
 * @returns one entry for each open run, the oldest first; empty when there is none. A plate that could not be withdrawn has the
 * entry `left`, and its record stays open
 * @throws EnforcementError `invalid_input` when an option is wrong or a record cannot be read; `aborted`; and every error of the
 * evidence store while it lists
 */
export async function sweepTestPlates(options: SweepOptions): Promise<SweptTestPlate[]> {
  const sweep = readOptions(options);
  const { signal, deadlineMs, now, olderThanMs } = sweep;
  const records = await listEvidence(sweep.evidence, { signal, deadlineMs });
  const open = records.filter(
    ({ state, startedAt }) => state === "open" && now.getTime() - Date.parse(startedAt) >= olderThanMs,
  );
  const swept: SweptTestPlate[] = [];
  for (const record of open.sort((one, other) => one.startedAt.localeCompare(other.startedAt))) {
    swept.push(await sweepOne(record, sweep));
  }
  return swept;
}

/** The checked options. */
type Sweep = ReturnType<typeof readOptions>;

function readOptions(options: SweepOptions) {
  readRecord(options, "sweepTestPlates options", KEYS);
  const { providers, evidence, permits, olderThanMs = 0, clock = systemClock } = options;
  readList(providers, "providers");
  if (!(typeof olderThanMs === "number" && olderThanMs >= 0)) {
    throw fieldError("olderThanMs", "must be a number, 0 or more.");
  }
  return {
    providers: new Map(providers.map((provider) => [provider.id, provider])),
    evidence: readStore(evidence),
    permits,
    olderThanMs,
    signal: readSignal(options.signal, "signal"),
    deadlineMs: readDeadline(options.deadlineMs ?? DEFAULT_DEADLINE_MS),
    now: steadyClock(clock)(),
  };
}

async function sweepOne(record: TestPlateEvidence, sweep: Sweep): Promise<SweptTestPlate> {
  const { providerId, companyId, locationId } = record;
  const entry = { evidenceId: record.id, providerId, companyId, locationId };
  try {
    const { gone, ...end } = await withdrawPlate(record, sweep);
    const closedAt = sweep.now.toISOString();
    const problem = record.problem ?? "The run did not end; a sweep withdrew the test plate.";
    const { signal, deadlineMs, evidence } = sweep;
    await within({ signal, deadlineMs, what: "The evidence store" }, () =>
      evidence.save({
        ...record,
        state: "closed",
        closedAt,
        problem,
        ...(gone === undefined ? {} : { gone }),
      }),
    );
    return { ...entry, ...end };
  } catch (thrown) {
    if (sweep.signal?.aborted) throw thrown;
    const message = isEnforcementError(thrown) ? thrown.message : "A function of the host failed.";
    return { ...entry, end: "left", message };
  }
}

async function withdrawPlate(
  record: TestPlateEvidence,
  sweep: Sweep,
): Promise<Pick<SweptTestPlate, "end" | "message"> & { gone?: boolean }> {
  const { providers, permits, signal, deadlineMs, now } = sweep;
  const { trace } = record;
  if (trace.delivery === "pull") {
    if (permits === undefined) throw fieldError("permits", "is missing: it holds a test permit.");
    await within({ signal, deadlineMs, what: "permits.remove" }, () => permits.remove(trace.permitId));
    return { end: "cancelled", message: "The test permit was removed." };
  }
  if (Date.parse(record.endsAt) <= now.getTime()) {
    return { end: "ended", message: "The test right has ended by itself." };
  }
  const provider = providers.get(record.providerId);
  if (provider?.delivery !== "push") {
    throw fieldError(
      "providers",
      `holds no push provider "${showName(record.providerId)}", which has the test plate.`,
    );
  }
  const bounds = { signal, deadlineMs, what: provider.setup.title, now };
  const registeredAt = new Date(record.startedAt);
  const receipt = await cancelTestRight(provider, trace, { ...bounds, registeredAt });
  const shown = await isShown(provider, receipt, bounds).catch(() => undefined);
  if (shown) {
    const problem = `${provider.setup.title} still shows the test plate, although it was cancelled.`;
    throw new EnforcementError("rejected", problem, { providerId: provider.id });
  }
  const gone = shown === undefined ? {} : { gone: true };
  return { end: "cancelled", message: "The test right was cancelled.", ...gone };
}

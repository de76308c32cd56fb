import { EnforcementError } from "../../core/errors.ts";
import { fieldError, readBoolean, readList, readRecord, readText } from "../../core/fields.ts";
import { parseInstant } from "../../core/instant.ts";
import type { MaybePromise } from "../../core/maybe-promise.ts";
import { readPlate } from "../../core/permit/plate.ts";
import {
  type Receipt,
  type Registration,
  readReceipt,
  readRegistration,
} from "../../core/registration/registration.ts";
import { within } from "../within.ts";

/**
 * Stores the record of each run of the test plate. A run saves its record before it sends anything to the vendor, and again
 * after the plate was seen and withdrawn. `memoryEvidence` and `fileEvidence` are stores; a host may use a table with an id and
 * a JSON column.
 */
export interface EvidenceStore {
  /** All records, in the order in which they were first saved. Empty when there are none. */
  list(): MaybePromise<readonly TestPlateEvidence[]>;
  /** Inserts a record, or replaces the one with its id. It must be durable when this resolves. */
  save(record: TestPlateEvidence): MaybePromise<void>;
}

/** One run of the test plate at one location. Plain JSON, instants as ISO text. */
export interface TestPlateEvidence {
  /** Version of this shape. */
  readonly v: 1;
  /** Unique for each run. */
  readonly id: string;
  readonly providerId: string;
  readonly companyId: string;
  readonly locationId: string;
  /** The location's target during the run. The run proves nothing about another target. */
  readonly target: string;
  readonly plate: { readonly number: string; readonly region?: string };
  readonly startedAt: string;
  /** When the test right ends by itself. */
  readonly endsAt: string;
  /** `open`: the plate may still be valid; `sweepTestPlates` withdraws it. */
  readonly state: "open" | "closed";
  readonly trace: TestPlateTrace;
  /** Each look for the plate while it was valid. The last one decides whether it was seen. Empty when none took place. */
  readonly sightings: readonly TestPlateSighting[];
  /** Whether the plate is no longer shown after it was withdrawn. Absent when that was not checked. */
  readonly gone?: boolean;
  readonly closedAt?: string;
  /** Why the run failed. It holds no plate and no secret. */
  readonly problem?: string;
}

/** The data that withdrawing a test plate needs. */
export type TestPlateTrace =
  /** `receipt` is absent until the vendor has accepted the registration, and when it is not known whether it did. */
  | { readonly delivery: "push"; readonly registration: Registration; readonly receipt?: Receipt }
  | { readonly delivery: "pull"; readonly permitId: string };

/** One look for the test plate. */
export interface TestPlateSighting {
  /** `vendor`: read back from the vendor. `endpoint`: the host's own lookup. `person`: the result of `confirm`. */
  readonly by: "vendor" | "endpoint" | "person";
  readonly seen: boolean;
  readonly at: string;
}

/** Whether the run saw the plate. */
export function wasSeen({ sightings }: TestPlateEvidence): boolean {
  return sightings.at(-1)?.seen === true;
}

/**
 * Creates an evidence store in memory, for tests and trials. Its records are lost with the process, and with them the trace of
 * a test plate that is still valid: use `fileEvidence` or a store of your own for real runs.
 *
 * @throws EnforcementError `invalid_input` that names a record that cannot be read; `invalid_config` when `records` is no array
 */
export function memoryEvidence(records: readonly TestPlateEvidence[] = []): EvidenceStore {
  const byId = new Map<string, TestPlateEvidence>();
  const save = (record: TestPlateEvidence, field: string) => {
    // Copied, so that a caller cannot change a stored record.
    byId.set(record.id, readEvidence(structuredClone(record), field));
  };
  if (!Array.isArray(records)) {
    throw new EnforcementError("invalid_config", "memoryEvidence: records: must be an array of records.");
  }
  for (const [index, record] of records.entries()) save(record, `records[${index}]`);
  return {
    list: () => [...byId.values()],
    save: (record) => save(record, "record"),
  };
}

const KEYS = [
  "v",
  "id",
  "providerId",
  "companyId",
  "locationId",
  "target",
  "plate",
  "startedAt",
  "endsAt",
  "state",
  "trace",
  "sightings",
  "gone",
  "closedAt",
  "problem",
];

/**
 * Checks a record of a store.
 *
 * @throws EnforcementError `invalid_input` that names the key. A malformed record is not skipped: its plate may still be valid
 */
export function readEvidence(value: unknown, field: string): TestPlateEvidence {
  const record = readRecord(value, field, KEYS);
  if (record["v"] !== 1) throw fieldError(`${field}.v`, "must be 1; this version cannot read other records.");
  const text = (key: string) => readText(record[key], `${field}.${key}`);
  const instant = (key: string) => parseInstant(record[key], `${field}.${key}`).toISOString();
  const providerId = text("providerId");
  const { number, region } = readPlate(record["plate"], `${field}.plate`);
  const sightings = readList(record["sightings"], `${field}.sightings`);
  return {
    v: 1,
    id: text("id"),
    providerId,
    companyId: text("companyId"),
    locationId: text("locationId"),
    target: text("target"),
    plate: region === undefined ? { number } : { number, region },
    startedAt: instant("startedAt"),
    endsAt: instant("endsAt"),
    state: readState(record["state"], `${field}.state`),
    trace: readTrace(record["trace"], { providerId, field: `${field}.trace` }),
    sightings: sightings.map((sighting, index) => readSighting(sighting, `${field}.sightings[${index}]`)),
    ...(record["gone"] === undefined ? {} : { gone: readBoolean(record["gone"], `${field}.gone`) }),
    ...(record["closedAt"] === undefined ? {} : { closedAt: instant("closedAt") }),
    ...(record["problem"] === undefined ? {} : { problem: text("problem") }),
  };
}

function readState(value: unknown, field: string): TestPlateEvidence["state"] {
  if (value === "open" || value === "closed") return value;
  throw fieldError(field, 'must be "open" or "closed".');
}

function readTrace(
  value: unknown,
  { providerId, field }: { providerId: string; field: string },
): TestPlateTrace {
  const trace = readRecord(value, field, ["delivery", "registration", "receipt", "permitId"]);
  if (trace["delivery"] === "pull") {
    return { delivery: "pull", permitId: readText(trace["permitId"], `${field}.permitId`) };
  }
  if (trace["delivery"] !== "push") throw fieldError(`${field}.delivery`, 'must be "push" or "pull".');
  const registration = readRegistration(trace["registration"], `${field}.registration`);
  if (trace["receipt"] === undefined) return { delivery: "push", registration };
  const receipt = readReceipt(trace["receipt"], providerId, `${field}.receipt`);
  return { delivery: "push", registration, receipt };
}

function readSighting(value: unknown, field: string): TestPlateSighting {
  const { by, seen, at } = readRecord(value, field, ["by", "seen", "at"]);
  if (by !== "vendor" && by !== "endpoint" && by !== "person") {
    throw fieldError(`${field}.by`, 'must be "vendor", "endpoint" or "person".');
  }
  return { by, seen: readBoolean(seen, `${field}.seen`), at: parseInstant(at, `${field}.at`).toISOString() };
}

/**
 * Reads and checks all records of a store.
 *
 * @throws EnforcementError `invalid_input` when the store returns no list, or that names a record that cannot be read; and every
 * error of the store
 */
export async function listEvidence(
  store: EvidenceStore,
  bounds: { signal: AbortSignal | undefined; deadlineMs: number },
): Promise<TestPlateEvidence[]> {
  const records = await within({ ...bounds, what: "The evidence store" }, () => store.list());
  return readList(records, "evidence").map((record, index) => readEvidence(record, `evidence[${index}]`));
}

/** Reads an evidence store. @throws EnforcementError that names `evidence` when a function is missing */
export function readStore(value: unknown): EvidenceStore {
  const store = value as Partial<EvidenceStore> | null | undefined;
  if (typeof store?.list === "function" && typeof store.save === "function") return value as EvidenceStore;
  throw fieldError("evidence", "must be a store such as fileEvidence() makes.");
}

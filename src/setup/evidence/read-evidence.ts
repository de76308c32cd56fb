import { fieldError, readBoolean, readList, readRecord, readText } from "../../core/fields.ts";
import { parseInstant } from "../../core/instant.ts";
import { readPlate } from "../../core/permit/plate.ts";
import { readReceipt, readRegistration, toStoredRegistration } from "../../core/registration/registration.ts";
import { within } from "../within.ts";
import type { EvidenceStore, TestPlateEvidence, TestPlateSighting, TestPlateTrace } from "./evidence.ts";

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
  const registration = toStoredRegistration(readRegistration(trace["registration"], `${field}.registration`));
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

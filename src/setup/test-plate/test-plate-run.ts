import { steadyClock, systemClock } from "../../core/clock.ts";
import type { Company, Location } from "../../core/directory/directory.ts";
import {
  findMalformed,
  readAnsweredCompany,
  readAnsweredLocations,
} from "../../core/directory/read-answers.ts";
import { isEnabled } from "../../core/directory/switches.ts";
import { fieldError, readRecord, readText } from "../../core/fields.ts";
import { showName } from "../../core/names/visible-name.ts";
import { readDeadline, readNumber, readSignal } from "../../core/options.ts";
import { type Plate, parsePlate } from "../../core/permit/plate.ts";
import {
  readStore,
  type TestPlateEvidence,
  type TestPlateSighting,
  type TestPlateTrace,
} from "../evidence/evidence.ts";
import { targetAt } from "../fill-text.ts";
import { DEFAULT_DEADLINE_MS, type StepBounds, within } from "../within.ts";
import type { TestPlateOptions } from "./test-plate.ts";

/** The checked options of a run, with its company and location. */
export interface TestPlateRun {
  readonly options: TestPlateOptions;
  readonly id: string;
  readonly company: Company;
  readonly location: Location;
  readonly target: string;
  readonly plate: Plate;
  readonly startedAt: Date;
  readonly validFrom: Date;
  readonly endsAt: Date;
  readonly clock: () => Date;
  readonly signal: AbortSignal | undefined;
  readonly deadlineMs: number;
}

/** The steps of a run for one kind of provider. Each is called once, in this order; `withdraw` and `isGone` always. */
export interface TestPlateProcedure {
  /** The data that withdrawing needs, before the plate is published. */
  readonly trace: TestPlateTrace;
  /** Makes the plate valid at the location, and returns the complete data for withdrawing. */
  publish(): Promise<TestPlateTrace>;
  /** Looks for the plate. `undefined` when only a person can. */
  look(): Promise<Observation | undefined>;
  /** Whether `confirm`, if given, is called after this look. */
  needsPerson(looked: Observation | undefined): boolean;
  /** Makes the plate invalid again, also after a failed step. The caller's signal does not end it. */
  withdraw(record: TestPlateEvidence): Promise<void>;
  /** Whether the plate is no longer shown. `undefined` when only a person can tell. */
  isGone(): Promise<boolean | undefined>;
}

/** A program's look for the plate. */
export interface Observation {
  readonly by: TestPlateSighting["by"];
  readonly seen: boolean;
  /** Why the plate was not seen, when that is known. */
  readonly why?: string;
}

const KEYS = [
  "provider",
  "directory",
  "companyId",
  "locationId",
  "evidence",
  "plate",
  "region",
  "minutes",
  "confirm",
  "signal",
  "deadlineMs",
  "clock",
  "permits",
  "lookup",
];

// A vendor whose clock is behind does not show a right that starts now, so the test right starts earlier.
const VALID_BEFORE_START_MS = 5 * 60_000;

/**
 * Checks the options of a run and loads its company and location.
 *
 * @throws EnforcementError `invalid_input` that names the option
 */
export async function prepareRun(options: TestPlateOptions): Promise<TestPlateRun> {
  readRecord(options, "runTestPlate options", KEYS);
  const { provider, region } = options;
  const minutes = readNumber(options.minutes ?? 60, "minutes", { least: 1, most: 1_440 });
  const clock = steadyClock(options.clock ?? systemClock);
  const signal = readSignal(options.signal, "signal");
  const deadlineMs = readDeadline(options.deadlineMs ?? DEFAULT_DEADLINE_MS);
  readStore(options.evidence);
  requireObserver(options);
  const { company, location } = await findPlace(options, {
    signal,
    deadlineMs,
    what: "The directory",
  });
  const target = targetAt(location, provider);
  if (target === undefined) {
    const { targetName } = provider.setup;
    throw fieldError("locationId", `has no target yet; set its ${targetName} first.`);
  }
  const startedAt = clock();
  return {
    options,
    id: crypto.randomUUID(),
    company,
    location,
    target,
    startedAt,
    clock,
    signal,
    deadlineMs,
    plate: parsePlate(options.plate ?? provider.setup.testPlate, { region: region ?? location.region }),
    validFrom: new Date(startedAt.getTime() - VALID_BEFORE_START_MS),
    endsAt: new Date(startedAt.getTime() + minutes * 60_000),
  };
}

/** The record of a run before its plate is published. */
export function toOpenEvidence(run: TestPlateRun, trace: TestPlateEvidence["trace"]): TestPlateEvidence {
  const { options, id, company, location, target, plate, startedAt, endsAt } = run;
  const { number, region } = plate;
  return {
    v: 1,
    id,
    providerId: options.provider.id,
    companyId: company.id,
    locationId: location.id,
    target,
    plate: region === undefined ? { number } : { number, region },
    startedAt: startedAt.toISOString(),
    endsAt: endsAt.toISOString(),
    state: "open",
    trace,
    sightings: [],
  };
}

function requireObserver(options: TestPlateOptions): void {
  const { provider, confirm } = options;
  if (confirm !== undefined && typeof confirm !== "function") {
    throw fieldError("confirm", "must be a function that asks a person.");
  }
  if (provider.delivery === "push" && confirm === undefined && !provider.capabilities.find) {
    const problem = `is missing: ${provider.setup.title} cannot be read back, so a person has to look.`;
    throw fieldError("confirm", problem);
  }
}

async function findPlace(
  { provider, directory, companyId, locationId }: TestPlateOptions,
  bounds: StepBounds,
): Promise<{ company: Company; location: Location }> {
  readText(companyId, "companyId");
  readText(locationId, "locationId");
  const company = readAnsweredCompany(await within(bounds, () => directory.getCompany(companyId)), companyId);
  if (company === undefined) throw fieldError("companyId", "names no company of the directory.");
  const listed = await within(bounds, () => directory.listLocations(companyId));
  const { sound, malformed } = readAnsweredLocations(listed, companyId);
  const location = sound.find(({ id }) => id === locationId);
  if (location === undefined) {
    const unreadable = findMalformed(malformed, locationId);
    if (unreadable !== undefined) throw unreadable.error;
    throw fieldError("locationId", "names no location of this company in the directory.");
  }
  if (!isEnabled(company, location, provider.id)) {
    const problem = `has ${showName(provider.id)} switched off; switch it on for the company and for the location.`;
    throw fieldError("locationId", problem);
  }
  return { company, location };
}

import type { Location } from "../../core/directory/directory.ts";
import { isEnabled, providerEntry } from "../../core/directory/switches.ts";
import { groupBy } from "../../core/mapping/group-by.ts";
import type { MappingIssue } from "../../core/mapping/mapping.ts";
import { type TestPlateEvidence, wasSeen } from "../evidence/evidence.ts";
import { targetAt } from "../fill-text.ts";
import type { LocationReadiness, LocationStage, TestPlateReadiness } from "./readiness.ts";
import type { ReadinessFacts } from "./readiness-facts.ts";

/** The readiness of each location. Of several locations with one id, only the first. */
export function judgeLocations(facts: ReadinessFacts): LocationReadiness[] {
  const { provider, company, locations, mapping, evidence, checkedAt } = facts;
  const issues = groupBy(mapping.issues, ({ locationId }) => locationId ?? undefined);
  const runs = groupBy(evidence?.ok ? evidence.value : [], (run) =>
    run.providerId === provider.id && run.companyId === company.id ? run.locationId : undefined,
  );
  // Locations with one id share its runs and issues. The mapping report names the duplicate.
  const byId = new Map(locations.toReversed().map((location) => [location.id, location]));
  const firsts = locations.filter((location) => byId.get(location.id) === location);
  return firsts.map((location) => {
    const target = targetAt(location, provider) ?? null;
    // Only runs at the present target count.
    const own = runs.get(location.id).filter((run) => run.target === target);
    const row = {
      locationId: location.id,
      name: location.name,
      enabled: isEnabled(company, location, provider.id),
      target,
      stage: providerEntry(location.providers, provider.id)?.stage ?? ("setup" as const),
      issues: issues.get(location.id),
      testPlate: judgeRuns(own, checkedAt),
    };
    return { ...row, reached: stageReached(row), next: describeNext(row, facts, location) };
  });
}

type Row = Omit<LocationReadiness, "reached" | "next">;

function stageReached({ enabled, issues, testPlate }: Row): LocationStage {
  if (!enabled || issues.some(isError)) return "setup";
  return testPlate?.seen ? "live" : "testing";
}

function judgeRuns(runs: readonly TestPlateEvidence[], now: Date): TestPlateReadiness | null {
  const latestFirst = runs.toSorted((one, other) => other.startedAt.localeCompare(one.startedAt));
  // A run without a look at the plate does not override an earlier run.
  const telling = latestFirst.find(({ sightings }) => sightings.length > 0) ?? latestFirst[0];
  if (telling === undefined) return null;
  const last = telling.sightings.at(-1);
  const at = new Date(last?.at ?? telling.startedAt);
  return {
    seen: wasSeen(telling),
    by: last?.by ?? null,
    at,
    ageMs: now.getTime() - at.getTime(),
    leftOpen: runs.some(({ state }) => state === "open"),
  };
}

function describeNext(row: Row, { provider }: ReadinessFacts, location: Location): string | null {
  const { enabled, stage, issues, testPlate } = row;
  if (!enabled) {
    const isOnHere = providerEntry(location.providers, provider.id)?.enabled === true;
    return isOnHere ? "Switch the provider on for the company too." : null;
  }
  const error = issues.find(isError);
  if (error !== undefined) return `${error.message} ${error.hint}`;
  if (testPlate?.leftOpen) {
    return "A test plate may still be valid: run sweepTestPlates(), unless a run is in progress.";
  }
  if (testPlate?.seen) return stage === "live" ? null : 'Set its stage to "live".';
  if (testPlate !== null) return "The test plate was not seen here: find out why, then run it again.";
  return stage === "live"
    ? "It is in use, but the test plate was never seen here as it is mapped now: run it."
    : "Run the test plate here.";
}

function isError({ severity }: MappingIssue): boolean {
  return severity === "error";
}

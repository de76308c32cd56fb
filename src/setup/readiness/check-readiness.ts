import { steadyClock, systemClock } from "../../core/clock.ts";
import { type Location, readCompany, readLocation } from "../../core/directory/directory.ts";
import { fieldError, readList, readRecord, readText } from "../../core/fields.ts";
import { entriesOf } from "../../core/iterables.ts";
import type { MappingReport } from "../../core/mapping/mapping.ts";
import { showName } from "../../core/names/visible-name.ts";
import { readDeadline, readSignal } from "../../core/options.ts";
import { outcomeOf } from "../../core/registration/outcome.ts";
import { readStore } from "../evidence/evidence.ts";
import { findExistingIntegration } from "../existing-integration.ts";
import { companyPlaceholders, listPlaceholders } from "../fill-text.ts";
import { DEFAULT_DEADLINE_MS } from "../within.ts";
import { judgeRequirements } from "./judge-requirements.ts";
import { judgeLocations } from "./location-readiness.ts";
import type {
  LocationReadiness,
  ReadinessOptions,
  ReadinessReport,
  RequirementReadiness,
} from "./readiness.ts";
import { type GivenFacts, gatherFacts, type ReadinessFacts } from "./readiness-facts.ts";

const KEYS = [
  "provider",
  "company",
  "locations",
  "vendorSays",
  "otherCompanies",
  "lookup",
  "evidence",
  "confirmed",
  "otherProviders",
  "signal",
  "deadlineMs",
  "clock",
];

/**
 * Reports how ready a company is for one provider: the vendor's requirements with their states and next steps, and each
 * location with its stage (setup, testing, live).
 *
 * It runs every check that a program can run: credentials, operator, the vendor's zones, the mapping, the host's own endpoint
 * with right and with wrong credentials, and where the test plate was seen. A requirement that only a person can check stays
 * `unknown` until `confirmed` names it. It changes nothing.
 *
 * A vendor, endpoint or evidence store that fails or does not answer gives the state `unknown` with its message, never an
 * exception. Each check waits at most `deadlineMs`.
 *
 * @throws EnforcementError `invalid_input` when an option is unknown or of a wrong type; `aborted` when `signal` is aborted
 */
export async function checkReadiness(options: ReadinessOptions): Promise<ReadinessReport> {
  const given = readOptions(options);
  const { clock = systemClock, confirmed = [], lookup } = options;
  const gathered = await gatherFacts(options, given, {
    signal: options.signal,
    deadlineMs: options.deadlineMs ?? DEFAULT_DEADLINE_MS,
  });
  const facts: ReadinessFacts = { ...gathered, checkedAt: steadyClock(clock)() };
  const { provider, company, mapping, checkedAt } = facts;
  const locations = judgeLocations(facts);
  const requirements = judgeRequirements(facts, locations, {
    confirmed,
    places: {
      ...companyPlaceholders(provider, company, lookup?.url),
      ...listPlaceholders(locationsInEmail(facts, locations), provider),
    },
  });
  const ready = mapping.ok && requirements.every(({ optional, state }) => optional || state === "done");
  const reached = new Map(locations.map((row) => [row.locationId, row]));
  return {
    providerId: provider.id,
    vendor: provider.vendor,
    title: provider.setup.title,
    companyId: company.id,
    checkedAt,
    ready,
    summary: summarise(facts, requirements, ready),
    existing: findExistingIntegration({ ...given, otherProviders: options.otherProviders }, ({ id }) => {
      const row = reached.get(id);
      return row?.stage === "live" || row?.testPlate?.seen === true;
    }),
    requirements,
    locations,
    mapping,
  };
}

function readOptions(options: ReadinessOptions): GivenFacts {
  readRecord(options, "checkReadiness options", KEYS);
  const { provider, confirmed = [], otherProviders = [], vendorSays, evidence, deadlineMs, signal } = options;
  if (typeof provider?.checkConnection !== "function" || provider.setup === undefined) {
    throw fieldError("provider", "must be a provider.");
  }
  if (vendorSays !== undefined && (typeof vendorSays !== "object" || vendorSays === null)) {
    throw fieldError("vendorSays", "must be an object such as { zones }.");
  }
  const ids = new Set(provider.setup.requirements.map(({ id }) => id));
  for (const [index, id] of readList(confirmed, "confirmed").entries()) {
    if (ids.has(readText(id, `confirmed[${index}]`))) continue;
    throw fieldError(`confirmed[${index}]`, `is no requirement; there are ${[...ids].join(", ")}.`);
  }
  readList(otherProviders, "otherProviders");
  if (evidence !== undefined) readStore(evidence);
  if (deadlineMs !== undefined) readDeadline(deadlineMs);
  readSignal(signal, "signal");
  const company = readCompany(options.company, "company");
  // Iterated once: the mapping validator gets this copy.
  const entries = [...entriesOf(options.locations, "locations")] as Location[];
  // A location that cannot be read is left out: the mapping report names it.
  const locations = entries
    .map((entry) => outcomeOf(() => readLocation(entry, "location")))
    .flatMap((read) => (read.ok && read.value.companyId === company.id ? [read.value] : []));
  return { provider, company, entries, locations };
}

/** The locations that an e-mail lists: those that are switched on, or all when none is. */
function locationsInEmail(
  { locations }: ReadinessFacts,
  rows: readonly LocationReadiness[],
): readonly Location[] {
  const enabled = new Set(rows.filter((row) => row.enabled).map(({ locationId }) => locationId));
  return enabled.size === 0 ? locations : locations.filter(({ id }) => enabled.has(id));
}

function summarise(
  { provider, company, mapping }: ReadinessFacts,
  requirements: readonly RequirementReadiness[],
  ready: boolean,
): string {
  const place = `${showName(company.name)} and ${provider.setup.title}`;
  if (ready) return `${place} are ready to go live.`;
  const needed = requirements.filter(({ optional }) => !optional);
  const done = needed.filter(({ state }) => state === "done").length;
  const noun = needed.length === 1 ? "requirement is" : "requirements are";
  return `${place}: ${done} of ${needed.length} ${noun} done. ${describeFirst(needed, mapping)}`.trim();
}

/** The first open requirement in the guide's order. A blocked one is skipped: the requirement that blocks it is in the list. */
function describeFirst(needed: readonly RequirementReadiness[], { summary }: MappingReport): string {
  const first = needed.find(({ state }) => state === "missing" || state === "unknown");
  if (first === undefined) {
    return `The mapping has ${summary.errors} ${summary.errors === 1 ? "error" : "errors"}.`;
  }
  const item = first.state === "unknown" ? `${first.item}, whose state is not known` : first.item;
  return `Next: ${item}. ${first.next ?? ""}`;
}

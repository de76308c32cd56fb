import { type Company, type Location, readCompany, readLocation } from "../../core/directory/directory.ts";
import { isEnabled } from "../../core/directory/switches.ts";
import { fieldError, readList, readRecord } from "../../core/fields.ts";
import { entriesOf } from "../../core/iterables.ts";
import { showName } from "../../core/names/visible-name.ts";
import type { EnforcementProvider } from "../../core/provider.ts";
import type { MappingChangeKind, MappingChangeStep } from "../../core/provider-setup.ts";
import { findExistingIntegration } from "../existing-integration.ts";
import {
  companyPlaceholders,
  fillEmail,
  fillSentence,
  fillText,
  listPlaceholders,
  type Placeholders,
  targetAt,
} from "../fill-text.ts";
import type {
  LocationChange,
  MappingChangeOptions,
  MappingChangePlan,
  PlannedStep,
  RegistrationMove,
} from "./mapping-change.ts";

const KEYS = ["provider", "company", "companyBefore", "before", "after", "otherProviders"];

/**
 * Plans a change of the mapping: the steps on the vendor's side, in order and in the vendor's terms, with the texts to copy and
 * the e-mails to send, and the registrations that move from one target to another.
 *
 * Compares the locations that are switched on before and after the change. It changes nothing and sends no request. When the
 * company is connected already, `existing` says so, and its new locations need no second integration.
 *
 * @throws EnforcementError `invalid_input` that names the option, company or location
 */
export function planMappingChange(options: MappingChangeOptions): MappingChangePlan {
  readRecord(options, "planMappingChange options", KEYS);
  const { provider, otherProviders } = options;
  if (provider?.setup === undefined) throw fieldError("provider", "must be a provider.");
  if (otherProviders !== undefined) readList(otherProviders, "otherProviders");
  const company = readCompany(options.company, "company");
  const before = {
    company:
      options.companyBefore === undefined ? company : readCompany(options.companyBefore, "companyBefore"),
    locations: readLocations(options.before, "before", company),
  };
  const after = { company, locations: readLocations(options.after, "after", company) };
  const changes = compareMappings(provider, { before, after });
  const wasTaking = indexEnabled(provider, before);
  return {
    providerId: provider.id,
    title: provider.setup.title,
    companyId: company.id,
    existing: findExistingIntegration({ provider, ...after, otherProviders }, ({ id }) => wasTaking.has(id)),
    changes: changes.map(toLocationChange),
    steps: provider.setup.mappingChangeSteps.flatMap((step) =>
      planStep(step, changes, { provider, company }),
    ),
    moves: provider.delivery === "push" ? changes.flatMap((change) => planMove(change, provider)) : [],
    summary: summarise(changes, provider, company),
  };
}

function readLocations(value: unknown, field: string, company: Company): Location[] {
  const locations = [...entriesOf(value, field)].map((location, index) =>
    readLocation(location, `${field}[${index}]`),
  );
  const ids = new Set<string>();
  for (const [index, { id, companyId }] of locations.entries()) {
    if (companyId !== company.id) throw fieldError(`${field}[${index}].companyId`, "is another company's.");
    if (ids.has(id)) throw fieldError(`${field}[${index}].id`, "is used twice.");
    ids.add(id);
  }
  return locations;
}

function planStep(
  step: MappingChangeStep,
  changes: readonly ChangedLocation[],
  { provider, company }: Pick<MappingChangeOptions, "provider" | "company">,
): PlannedStep[] {
  const concerned = changes.filter(({ kinds }) => kinds.some((kind) => step.when.includes(kind)));
  if (concerned.length === 0) return [];
  const common = companyPlaceholders(provider, company);
  if (step.repeat === "once") {
    const locations = concerned.map(({ location }) => location);
    const all = listPlaceholders(locations, provider);
    return fillStep(step, { ...common, ...all }, null);
  }
  return concerned.flatMap((change) =>
    fillStep(step, { ...common, ...changePlaceholders(change, provider) }, change.location.id),
  );
}

function fillStep(step: MappingChangeStep, places: Placeholders, locationId: string | null): PlannedStep[] {
  const text = fillSentence(step.text, places);
  if (text === undefined) return [];
  const copy = step.copy === undefined ? undefined : fillText(step.copy, places);
  return [
    {
      id: step.id,
      doneBy: step.doneBy,
      locationId,
      text,
      ...(copy === undefined ? {} : { copy }),
      ...(step.email === undefined ? {} : { email: fillEmail(step.email, places) }),
    },
  ];
}

function changePlaceholders(
  { location, before, after }: ChangedLocation,
  provider: EnforcementProvider,
): Placeholders {
  return {
    location: location.name,
    target: after === undefined ? undefined : targetAt(after, provider),
    zone: zoneOf(location),
    zoneName: location.zoneName,
    oldLocation: before?.name,
    oldTarget: before === undefined ? undefined : targetAt(before, provider),
  };
}

function planMove(
  { location, before, after }: ChangedLocation,
  provider: EnforcementProvider,
): RegistrationMove[] {
  const from = before === undefined ? null : (targetAt(before, provider) ?? null);
  const to = after === undefined ? null : (targetAt(after, provider) ?? null);
  return from === to ? [] : [{ locationId: location.id, from, to }];
}

function toLocationChange({ kinds, location, before }: ChangedLocation): LocationChange {
  const { id: locationId, name } = location;
  return before === undefined || before.name === name
    ? { locationId, name, kinds }
    : { locationId, name, kinds, oldName: before.name };
}

function summarise(
  changes: readonly ChangedLocation[],
  { setup }: EnforcementProvider,
  company: Company,
): string {
  const place = `${showName(company.name)} and ${setup.title}`;
  if (changes.length === 0) return `${place}: nothing changes.`;
  const count = (kind: string) => changes.filter(({ kinds }) => kinds.some((one) => one === kind)).length;
  const parts = (["added", "renamed", "retargeted", "zone_renamed", "removed"] as const)
    .map((kind) => [count(kind), DESCRIPTIONS[kind]] as const)
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${number} ${word}`);
  return `${place}: ${parts.join(", ")}.`;
}

const DESCRIPTIONS = {
  added: "added",
  renamed: "renamed",
  retargeted: "with another target",
  zone_renamed: "with another zone name",
  removed: "removed",
} as const;

/** A location that changes. */
interface ChangedLocation {
  readonly kinds: readonly MappingChangeKind[];
  /** The location after the change; before the change when it is removed or switched off. */
  readonly location: Location;
  /** The location before the change. Absent when it was not switched on. */
  readonly before?: Location;
  /** The location after the change. Absent when it is not switched on. */
  readonly after?: Location;
}

/** The mapping before or after a change. */
interface MappingState {
  readonly company: Company;
  readonly locations: readonly Location[];
}

/**
 * Compares the mapping before and after a change by location id. Changed and added locations come first, in their new order,
 * then removed ones. A location that is switched on neither before nor after is ignored.
 */
function compareMappings(
  provider: EnforcementProvider,
  sides: { readonly before: MappingState; readonly after: MappingState },
): ChangedLocation[] {
  const before = indexEnabled(provider, sides.before);
  const after = indexEnabled(provider, sides.after);
  const kept = [...after.values()].map((location): ChangedLocation => {
    const old = before.get(location.id);
    return old === undefined
      ? { kinds: ["added"], location, after: location }
      : { kinds: compare(provider, old, location), location, before: old, after: location };
  });
  const gone = [...before.values()]
    .filter(({ id }) => !after.has(id))
    .map((location): ChangedLocation => ({ kinds: ["removed"], location, before: location }));
  return [...kept, ...gone].filter(({ kinds }) => kinds.length > 0);
}

/** The locations that are switched on for the provider, by id. */
function indexEnabled(
  provider: EnforcementProvider,
  { company, locations }: MappingState,
): ReadonlyMap<string, Location> {
  const taking = locations.filter((location) => isEnabled(company, location, provider.id));
  return new Map(taking.map((location) => [location.id, location]));
}

/** The name of a location's zone: its `zoneName`, or its own name. */
function zoneOf({ name, zoneName }: Location): string {
  return zoneName ?? name;
}

function compare(provider: EnforcementProvider, before: Location, after: Location): MappingChangeKind[] {
  const kinds: MappingChangeKind[] = [];
  if (before.name !== after.name) kinds.push("renamed");
  if (targetAt(before, provider) !== targetAt(after, provider)) kinds.push("retargeted");
  if (zoneOf(before) !== zoneOf(after)) kinds.push("zone_renamed");
  // A vendor without zones has no step for a renamed one.
  const steps = provider.setup.mappingChangeSteps;
  return kinds.filter((kind) => kind !== "zone_renamed" || steps.some(({ when }) => when.includes(kind)));
}

import { type Company, type Location, readCompany, readLocation } from "../../core/directory/directory.ts";
import { fieldError, readList, readRecord } from "../../core/fields.ts";
import { entriesOf } from "../../core/iterables.ts";
import { showName } from "../../core/names/visible-name.ts";
import type { EnforcementProvider } from "../../core/provider.ts";
import type { MappingChangeStep } from "../../core/provider-setup.ts";
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
import { type ChangedLocation, compareMappings, indexEnabled, zoneOf } from "./mapping-difference.ts";

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

interface StepContext {
  readonly provider: EnforcementProvider;
  readonly company: Company;
}

function planStep(
  step: MappingChangeStep,
  changes: readonly ChangedLocation[],
  context: StepContext,
): PlannedStep[] {
  const concerned = changes.filter(({ kinds }) => kinds.some((kind) => step.when.includes(kind)));
  if (concerned.length === 0) return [];
  const common = companyPlaceholders(context.provider, context.company);
  if (step.repeat === "once") {
    const locations = concerned.map(({ location }) => location);
    const all = listPlaceholders(locations, (location) => targetAt(location, context.provider));
    return fillStep(step, { ...common, ...all }, null);
  }
  return concerned.flatMap((change) =>
    fillStep(step, { ...common, ...changePlaceholders(change, context.provider) }, change.location.id),
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

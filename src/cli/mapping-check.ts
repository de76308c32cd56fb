import { groupBy } from "../core/mapping/group-by.ts";
import type { MappingIssue, MappingReport } from "../core/mapping/mapping.ts";
import type { VendorList } from "../core/vendor/vendor-list.ts";
import type { MappingInputs } from "./commands/mapping-flags.ts";
import type { MappedProvider } from "./input/mapped-providers.ts";
import { type MappingFile, withoutPlaces } from "./input/mapping-file.ts";
import { findNode } from "./input/tree.ts";
import type { Place, Problem } from "./unusable-input.ts";
import { toVendorFacts } from "./vendors/known-vendors.ts";

/** A mapping file, compared with what is known of each vendor. */
export interface MappingCheck {
  readonly mapping: MappingFile;
  readonly checkedAt: Date;
  readonly providers: readonly CheckedProvider[];
  /** What was read of the files, and may be meant otherwise. */
  readonly warnings: readonly Problem[];
}

/** One provider's part of it. */
export interface CheckedProvider extends MappedProvider {
  readonly report: MappingReport;
  /** The issues of the report, in its order. */
  readonly issues: readonly PlacedIssue[];
  /** A list of its vendor's was required, and there is none. */
  readonly lacksList: boolean;
}

/** An issue with the places of its cause. One id may stand in each of a thousand rows, so only the first of them are here. */
export interface PlacedIssue extends MappingIssue {
  /** Empty when it is nowhere in particular. */
  readonly places: readonly Place[];
  /** How many others there are. Absent: none. */
  readonly morePlaces?: number;
}

/** How a mapping is checked. */
export interface CheckOptions {
  readonly checkedAt: Date;
  /** Whether a provider that is switched on and has no list to compare with is an error. */
  readonly requiresLists: boolean;
  /** Called before each provider. Rejects to end the check. */
  readonly onProvider: (provider: MappedProvider) => Promise<void>;
}

/** Validates the mapping of each provider, one after the other. Changes nothing and calls no vendor. */
export async function checkMapping(
  { mapping, providers, warnings }: MappingInputs,
  { checkedAt, requiresLists, onProvider }: CheckOptions,
): Promise<MappingCheck> {
  const { company } = mapping;
  const otherCompanies = withoutPlaces(mapping.otherCompanies);
  const locations = mapping.locations.map(({ location }) => location);
  const checked: CheckedProvider[] = [];
  for (const provider of providers) {
    await onProvider(provider);
    const { providerId, vendor, facts } = provider;
    const report = vendor.validateMapping({
      company,
      locations,
      otherCompanies,
      providerId,
      ...vendor.toMappingOptions(toVendorFacts(facts)),
    });
    const lacksList =
      requiresLists &&
      report.summary.enabled > 0 &&
      vendor.usesList?.(facts.settings) !== false &&
      !isCompared(provider);
    checked.push({ ...provider, report, issues: placeIssues(report.issues, mapping, provider), lacksList });
  }
  return { mapping, checkedAt, warnings, providers: checked };
}

/** Whether no error was found, no list is missing that was required, and no warning was found, unless warnings are allowed. */
export function isPassed(
  { providers, warnings }: Pick<MappingCheck, "providers" | "warnings">,
  allows: { readonly warnings: boolean },
): boolean {
  const hasErrors = providers.some(({ report, lacksList }) => !report.ok || lacksList);
  if (hasErrors || allows.warnings) return !hasErrors;
  return warnings.length === 0 && providers.every(({ report }) => report.issues.length === 0);
}

/** Whether a provider was compared with a list of its vendor's; a list that may be incomplete is one. */
export function isCompared({ facts }: MappedProvider): boolean {
  return facts.list !== undefined;
}

const SHOWN_PLACES = 3;

function placeIssues(
  issues: readonly MappingIssue[],
  mapping: MappingFile,
  provider: MappedProvider,
): PlacedIssue[] {
  const { vendor, facts } = provider;
  const ofLocation = groupBy(mapping.locations, ({ location }) => location.id);
  const ofTarget = groupBy(facts.list?.entries ?? [], ({ value }) => targetOf(vendor.list, value));
  const find = ({ locationId, target, path }: MappingIssue): readonly { readonly place: Place }[] => {
    const place = path === undefined ? undefined : findPlace(path, mapping, provider);
    if (place !== undefined) return [{ place }];
    if (locationId !== null) return ofLocation.get(locationId);
    if (target !== null) return ofTarget.get(target);
    return [{ place: mapping.companyPlace }];
  };
  return issues.map((issue) => {
    const found = find(issue);
    const places = found.slice(0, SHOWN_PLACES).map(({ place }) => place);
    return found.length <= SHOWN_PLACES
      ? { ...issue, places }
      : { ...issue, places, morePlaces: found.length - SHOWN_PLACES };
  });
}

/** Where in the files a path into the validator's input leads; `undefined` where they have nothing of their own there. */
function findPlace(
  path: NonNullable<MappingIssue["path"]>,
  mapping: MappingFile,
  provider: MappedProvider,
): Place | undefined {
  const [key, index, , position] = path;
  switch (key) {
    case undefined:
    case "company":
    case "providerId":
      return mapping.companyPlace;
    case "locations":
      return mapping.locations[Number(index)]?.place;
    case "otherCompanies": {
      const other = mapping.otherCompanies[Number(index)];
      return other?.locations[Number(position)]?.place ?? other?.place;
    }
    default:
      return findVendorPlace(path, mapping, provider);
  }
}

/** What the vendor says stands in its section of the mapping file; its list may stand in a file of its own. */
function findVendorPlace(
  path: NonNullable<MappingIssue["path"]>,
  mapping: MappingFile,
  { providerId, vendor, facts }: MappedProvider,
): Place | undefined {
  const index = path.find((step) => typeof step === "number");
  if (path[0] === vendor.list.key && index !== undefined) return facts.list?.entries[index]?.place;
  const section = mapping.vendors.get(providerId);
  return section && (findNode(section.node, path)?.place ?? section.place);
}

/** The target that an entry of a vendor's list stands for. */
function targetOf({ target }: VendorList, entry: unknown): string {
  return typeof entry === "string" ? entry : String((entry as Record<string, unknown>)[target]);
}

import type { MappingReport } from "../core/mapping/mapping.ts";
import type { MappingInputs } from "./commands/mapping-flags.ts";
import { createPlaceFinder, type FindPlaces } from "./input/issue-places.ts";
import type { MappedProvider } from "./input/mapped-providers.ts";
import { type MappingFile, withoutPlaces } from "./input/mapping-file.ts";
import type { Problem } from "./unusable-input.ts";
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
  readonly findPlaces: FindPlaces;
  /** A list of its vendor's was required, and there is none. */
  readonly lacksList: boolean;
}

/**
 * Validates the mapping of each provider. Changes nothing and calls no vendor.
 *
 * @param options.requiresLists whether a provider that is switched on and has no list to compare with is an error
 */
export function checkMapping(
  { mapping, providers, warnings }: MappingInputs,
  { checkedAt, requiresLists }: { checkedAt: Date; requiresLists: boolean },
): MappingCheck {
  const { company } = mapping;
  const otherCompanies = withoutPlaces(mapping.otherCompanies);
  const locations = mapping.locations.map(({ location }) => location);
  return {
    mapping,
    checkedAt,
    warnings,
    providers: providers.map((provider) => {
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
      return { ...provider, report, findPlaces: createPlaceFinder(mapping, provider), lacksList };
    }),
  };
}

/** Whether nothing was found, not even a warning, and no list is missing that was required. */
export function isClean(check: MappingCheck): boolean {
  const { providers, warnings } = check;
  return (
    hasNoErrors(check) && warnings.length === 0 && providers.every(({ report }) => report.issues.length === 0)
  );
}

/** Whether only warnings were found, if anything. */
export function hasNoErrors({ providers }: MappingCheck): boolean {
  return providers.every(({ report, lacksList }) => report.ok && !lacksList);
}

/** Whether a provider was compared with a list of its vendor's; a list that may be incomplete is one. */
export function isCompared({ facts }: MappedProvider): boolean {
  return facts.list !== undefined;
}

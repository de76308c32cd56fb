import type { MappingReport } from "../core/mapping.ts";
import { createPlaceFinder, type FindPlaces } from "./input/issue-places.ts";
import type { MappedProvider } from "./input/mapped-providers.ts";
import { type MappingFile, withoutPlaces } from "./input/mapping-file.ts";

/** A mapping file, compared with what is known of each vendor. */
export interface MappingCheck {
  readonly mapping: MappingFile;
  readonly checkedAt: Date;
  readonly providers: readonly CheckedProvider[];
}

/** One provider's part of it. */
export interface CheckedProvider extends MappedProvider {
  readonly report: MappingReport;
  readonly findPlaces: FindPlaces;
}

/** Validates the mapping of each provider. Changes nothing and asks nobody. */
export function checkMapping(
  mapping: MappingFile,
  providers: readonly MappedProvider[],
  { checkedAt }: { checkedAt: Date },
): MappingCheck {
  const { company } = mapping;
  const otherCompanies = withoutPlaces(mapping.otherCompanies);
  const locations = mapping.locations.map(({ location }) => location);
  return {
    mapping,
    checkedAt,
    providers: providers.map((provider) => {
      const { providerId, commands, facts } = provider;
      const report = commands.validate({
        ...{ company, locations, otherCompanies, providerId },
        ...commands.vendorSays(facts),
      });
      return { ...provider, report, findPlaces: createPlaceFinder(mapping, provider) };
    }),
  };
}

/** Whether nothing was found, not even a warning. */
export function isClean({ providers }: MappingCheck): boolean {
  return providers.every(({ report }) => report.issues.length === 0);
}

import { isCompanyEnabled } from "../directory/switches.ts";
import { showName } from "../names/visible-name.ts";
import { judgeCompanyNames } from "./judge-names.ts";
import type { ExaminedMapping } from "./read-mapping.ts";
import { isUnreadable, type MappingFinding } from "./read-mapping.ts";

/** What is wrong with the company and with the mapping as a whole, whatever the vendor. */
export function judgeCompany(mapping: ExaminedMapping): MappingFinding[] {
  const { company, enabled } = mapping;
  return [
    ...(company === undefined ? [] : judgeCompanyNames(company)),
    ...(enabled.length === 0 ? findNothingEnabled(mapping) : findDisabledCompany(mapping)),
  ];
}

function findDisabledCompany({ company, enabled, providerId }: ExaminedMapping): MappingFinding[] {
  if (company === undefined || isCompanyEnabled(company, providerId)) return [];
  return [
    {
      ...{ code: "company_disabled", severity: "error" },
      message: `Company "${showName(company.name)}" has the provider "${showName(providerId)}" switched off, while ${enabled.length} of its locations ${enabled.length === 1 ? "has" : "have"} it on.`,
      hint: "Switch the provider on for the company too, or off for these locations; one level alone is not enough.",
    },
  ];
}

function findNothingEnabled({ problems, entries, locations, providerId }: ExaminedMapping): MappingFinding[] {
  // What could not be read may be switched on.
  if (problems.length > 0 || entries.some(isUnreadable)) return [];
  return [
    {
      ...{ code: "no_location_enabled", severity: "warning" },
      message:
        locations.length === 0
          ? "There are no locations, so nothing was compared."
          : `None of the company's locations (${locations.length}) has the provider "${showName(providerId)}" switched on, so nothing was compared.`,
      hint: "Switch the provider on at each location whose permits officers should see, and at the company.",
    },
  ];
}

import type { Location } from "../directory/directory.ts";
import { isCompanyEnabled } from "../directory/switches.ts";
import { hasForbiddenCharacters, showName } from "../names/visible-name.ts";
import { type ExaminedMapping, isUnreadable, type MappingFinding } from "./read-mapping.ts";

// Finds problems of a company and its locations that do not depend on the vendor's list.

const COMPANY_PATH = Object.freeze(["company"]);

/** Problems of the company, and of the mapping as a whole. */
export function judgeCompany(mapping: ExaminedMapping): MappingFinding[] {
  const { company, enabled } = mapping;
  const ofNames =
    company === undefined
      ? []
      : [...judgeName("company's id", company.id), ...judgeName("company's name", company.name)];
  return [
    ...ofNames.map((finding) => ({ ...finding, path: COMPANY_PATH })),
    ...(enabled.length === 0 ? findNothingEnabled(mapping) : findDisabledCompany(mapping)),
  ];
}

/** Problems of a location's id and names. */
export function judgeLocationNames({ id, name, zoneName = "" }: Location): MappingFinding[] {
  return [...judgeName("id", id), ...judgeName("name", name), ...judgeName("zoneName", zoneName)];
}

function judgeName(key: string, name: string): MappingFinding[] {
  if (!hasForbiddenCharacters(name)) return [];
  return [
    {
      code: "name_malformed",
      severity: "warning",
      message: `The ${key} "${showName(name)}" holds characters that cannot be seen or typed.`,
      hint: "Remove what stands in brackets; it came with a copy or an import.",
    },
  ];
}

function findDisabledCompany({ company, enabled, providerId }: ExaminedMapping): MappingFinding[] {
  if (company === undefined || isCompanyEnabled(company, providerId)) return [];
  return [
    {
      code: "company_disabled",
      severity: "error",
      path: COMPANY_PATH,
      message: `Company "${showName(company.name)}" has the provider "${showName(providerId)}" switched off, while ${enabled.length} of its locations ${enabled.length === 1 ? "has" : "have"} it on.`,
      hint: "Switch the provider on for the company too, or off for these locations; one level alone is not enough.",
    },
  ];
}

function findNothingEnabled({ problems, entries, locations, providerId }: ExaminedMapping): MappingFinding[] {
  // A location that could not be read may be switched on.
  if (problems.length > 0 || entries.some(isUnreadable)) return [];
  return [
    {
      code: "no_location_enabled",
      severity: "warning",
      path: Object.freeze(["locations"]),
      message:
        locations.length === 0
          ? "There are no locations, so nothing was compared."
          : `None of the company's locations (${locations.length}) has the provider "${showName(providerId)}" switched on, so nothing was compared.`,
      hint: "Switch the provider on at each location whose permits officers should see, and at the company.",
    },
  ];
}

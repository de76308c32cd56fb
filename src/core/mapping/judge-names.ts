import type { Company, Location } from "../directory/directory.ts";
import { hasForbiddenCharacters, showName } from "../names/visible-name.ts";
import type { MappingFinding } from "./read-mapping.ts";

/** What is wrong with a location's names in themselves, whatever the vendor has. */
export function judgeLocationNames({ id, name, zoneName = "" }: Location): MappingFinding[] {
  return [...judgeName("id", id), ...judgeName("name", name), ...judgeName("zoneName", zoneName)];
}

/** The same for the company. */
export function judgeCompanyNames({ id, name }: Company): MappingFinding[] {
  return [...judgeName("company's id", id), ...judgeName("company's name", name)];
}

function judgeName(key: string, name: string): MappingFinding[] {
  if (!hasForbiddenCharacters(name)) return [];
  return [
    {
      ...{ code: "name_malformed", severity: "warning" },
      message: `The ${key} "${showName(name)}" holds characters that cannot be seen or typed.`,
      hint: "Remove what stands in brackets; it came with a copy or an import.",
    },
  ];
}

import { isEnabled } from "../../core/directory/switches.ts";
import type { MappingIssue } from "../../core/mapping/mapping.ts";
import type { SetupCheck } from "../../core/provider-setup.ts";
import { type CheckResult, failed, passed, unknown } from "./check-result.ts";
import type { ReadinessFacts } from "./readiness-facts.ts";

const MAX_ISSUES_SHOWN = 3;

/** Whether the mapping has none of the issues that the requirement names. */
export function judgeMapping(
  { codes, needsList = true, needsKey, orList }: SetupCheck & { by: "mapping" },
  { mapping, provider, company, locations, vendorSays }: ReadinessFacts,
): CheckResult {
  const found = mapping.issues.filter((issue) => codes.includes(issue.code) && isPressing(issue));
  if (found.length > 0) return failed(describe(found));
  const unreadable = mapping.issues.find(({ code }) => code === "input_invalid");
  if (unreadable !== undefined) return unknown(unreadable.message);
  const enabled = locations.filter((location) => isEnabled(company, location, provider.id));
  if (enabled.length === 0) return unknown("No location is switched on yet.");
  if (!needsList) return passed();
  if (orList !== undefined && Array.isArray(vendorSays[orList])) return passed();
  const isAboutZones = codes.every((code) => code.startsWith("zone_"));
  if (isAboutZones && enabled.every(({ zoneName }) => zoneName === undefined)) {
    return passed("No location has a zone name of its own.");
  }
  const { title } = provider.setup;
  if (!mapping.verified) {
    return unknown(`There is no complete list from ${title} to compare with.`);
  }
  if (needsKey !== undefined && !everyEntryHas(vendorSays, needsKey)) {
    return {
      state: "unknown",
      finding: `The list from ${title} does not say "${needsKey}" for every entry.`,
    };
  }
  return passed();
}

/** Errors count, and warnings about the whole company, which say that something is missing. Warnings about a location do not. */
function isPressing({ severity, locationId }: MappingIssue): boolean {
  return severity === "error" || locationId === null;
}

function describe(issues: readonly MappingIssue[]): string {
  const told = issues.slice(0, MAX_ISSUES_SHOWN).map(({ message }) => message);
  const more = issues.length - told.length;
  return `${told.join(" ")}${more > 0 ? ` And ${more} more like these.` : ""}`;
}

function everyEntryHas(vendorSays: Readonly<Record<string, unknown>>, key: string): boolean {
  const entries = Object.values(vendorSays).filter(Array.isArray).flat();
  // A list of plain names, such as a list of zones, has no keys.
  return entries.every(
    (entry: unknown) => typeof entry !== "object" || entry === null || Object.hasOwn(entry, key),
  );
}

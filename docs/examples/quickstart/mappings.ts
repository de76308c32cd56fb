import type { MappingReport } from "@offstreet/enforcement";
import { company, locations, vendors } from "./customer.ts";
import { table } from "./screen.ts";
import type { Vendors } from "./vendors.ts";

/** Compares the host's locations with what each vendor has, and prints every difference. */
export async function checkMappings({ "t2-flex": t2Flex, passport, hotspot }: Vendors): Promise<void> {
  const mapping = { company, locations };
  const reports = [
    t2Flex.validateMapping({ ...mapping, stations: vendors["t2-flex"].stations }),
    // Passport's zones come from Passport itself.
    passport.validateMapping({ ...mapping, zones: await passport.listZones() }),
    hotspot.validateMapping({ ...mapping, spotIds: vendors.hotspot.spots }),
  ];
  table([
    ["provider", "locations", "switched on", "matched", "errors", "warnings", "verified"],
    ...reports.map(({ providerId, summary, verified }) => [
      ...[providerId, summary.locations, summary.enabled, summary.matched, summary.errors, summary.warnings],
      verified ? "yes" : "no",
    ]),
  ]);
  for (const report of reports) printIssues(report);
}

function printIssues({ providerId, issues }: MappingReport): void {
  for (const { severity, code, locationId, message, hint } of issues) {
    console.log(`  ${severity} ${code} (${providerId}, ${locationId ?? "company"})`);
    console.log(`    ${message}\n    ${hint}`);
  }
}

import type { ProviderSetup } from "../../core/provider.ts";

/** What Passport's set-up asks for, in its guide's words. */
export const passportSetup: ProviderSetup = Object.freeze({
  requirements: Object.freeze([
    {
      item: "Operator ID",
      providedBy: "vendor",
      detail:
        "Passport's id of the operator, a UUID. Passport must authorise us as a session provider for it.",
    },
    {
      item: "API client",
      providedBy: "vendor",
      detail: "Client id and client secret of the session provider.",
    },
    {
      item: "Zones",
      providedBy: "operator",
      detail:
        "Every location exists in Passport as a zone, its name written exactly alike; names are case-sensitive.",
    },
    {
      item: "Company code",
      providedBy: "offstreet",
      detail: "PASSPORT followed by the company's name in upper-case letters and digits. Kept for records.",
    },
    {
      item: "Switches",
      providedBy: "operator",
      detail: "The integration is enabled for the company and for each location that takes part.",
    },
    {
      item: "Test plate",
      providedBy: "operator",
      detail: "TEST123 is registered in one location after the other and seen in OpsMan before it goes live.",
    },
  ] as const),
  mappingChangeSteps: Object.freeze([
    "Create or rename the zone in Passport so that its name equals the location's name to the letter.",
    "Refresh the zones from Passport.",
    "Set the location's target to the zone's id.",
    "Register the test plate TEST123 in the zone and look for it in OpsMan.",
  ]),
});

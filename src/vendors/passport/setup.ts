import type { MappingChangeStep, ProviderSetup, SetupRequirement } from "../../core/provider-setup.ts";

// The integration's guide documents the items and who provides them. Passport documents that the operator must authorise the
// session provider.

const requirements: readonly SetupRequirement[] = [
  {
    id: "api-client",
    item: "API client",
    providedBy: "vendor",
    detail: "Client id and client secret, with which we prove who we are.",
    next: "Ask Passport for client id and client secret of the session provider, and configure them.",
    checks: [{ by: "credentials" }],
  },
  {
    id: "operator-id",
    item: "Operator ID",
    providedBy: "vendor",
    detail:
      "Passport's id of the operator, a UUID. The operator must have authorised us as a session provider.",
    next: "Ask Passport for the Operator ID, and the operator to authorise us as a session provider.",
    checks: [{ by: "connection" }],
    after: ["api-client"],
    email: {
      to: "vendor",
      subject: "Operator ID of {company}",
      body: `Hello,

{company} wants Offstreet's permits to be enforced with Passport OpsMan. Please send us the Operator ID (a UUID) of {company}, and confirm that the operator has authorised Offstreet as a session provider.

Thank you`,
    },
  },
  {
    id: "zones-synced",
    item: "Zones synced",
    providedBy: "offstreet",
    detail: "The operator's zones are fetched from Passport, so that locations can be matched with them.",
    next: "Fetch the zones with listZones({ refresh: true }); where Passport shows none, ask the operator to create them.",
    checks: [{ by: "vendor_list" }],
    after: ["operator-id"],
  },
  {
    id: "switches",
    item: "Integration switched on",
    providedBy: "offstreet",
    detail: "At the company and at each location. One of the two alone is not enough.",
    next: "Switch the provider on for the company and for each location that takes part.",
    checks: [{ by: "switches" }],
  },
  {
    id: "zones-matched",
    item: "Zones matched",
    providedBy: "offstreet",
    detail: "Each location has the id of its zone for a target. A zone that is not matched shows no permits.",
    next: "Set the zone's id as the target of each location, as Passport's list has it.",
    checks: [
      {
        by: "mapping",
        codes: [
          ...(["target_missing", "target_malformed", "target_unknown", "target_unresolved"] as const),
          ...(["target_ambiguous", "target_duplicate", "target_of_other_company"] as const),
          "name_differs",
        ],
      },
    ],
    after: ["zones-synced", "switches"],
  },
  {
    id: "zone-names",
    item: "Zone names",
    providedBy: "operator",
    detail: "A zone's name and the location's zone name are equal to the letter; names are case-sensitive.",
    next: "Write the zone's name in Passport exactly as the location's zoneName, or the other way round.",
    checks: [{ by: "mapping", codes: ["zone_name_differs"] }],
    after: ["zones-synced", "switches"],
  },
  {
    id: "company-code",
    item: "Company code",
    providedBy: "offstreet",
    detail:
      "PASSPORT followed by the company's name in upper-case letters and digits, such as PASSPORTUNIVERSITY. Kept for records; it is on no wire.",
    next: "Set what passportCompanyCode() makes of the company's name as its code.",
    checks: [{ by: "mapping", codes: ["company_code_missing", "company_code_differs"], needsList: false }],
    optional: true,
  },
  {
    id: "go-live-locations",
    item: "2–3 locations to go live with",
    providedBy: "operator",
    detail: "The integration goes live with 2–3 locations; the others follow when those work.",
    next: 'Choose 2–3 locations to go live with, and give them the stage "testing".',
    checks: [{ by: "go_live_locations" }],
    after: ["switches"],
  },
  {
    id: "test-plate",
    item: "Test plate TEST123",
    providedBy: "operator",
    detail: "It is registered in one zone after the other and seen in OpsMan before the location goes live.",
    next: "Run the test plate at each location to go live with.",
    checks: [{ by: "test_plate" }],
    after: ["operator-id", "zones-matched", "switches"],
  },
];

const mappingChangeSteps: readonly MappingChangeStep[] = [
  {
    id: "create-zone",
    doneBy: "operator",
    when: ["added"],
    repeat: "each",
    text: 'In Passport, make sure that "{location}" has a zone, called exactly "{zone}"; names are case-sensitive.',
    copy: "{zone}",
  },
  {
    id: "rename-zone",
    doneBy: "operator",
    when: ["zone_renamed"],
    repeat: "each",
    text: 'In Passport, call the zone of "{location}" exactly "{zone}"; names are case-sensitive.',
    copy: "{zone}",
  },
  {
    id: "refresh-zones",
    doneBy: "offstreet",
    when: ["added", "retargeted", "zone_renamed"],
    repeat: "once",
    text: "Refresh the zones from Passport: listZones({ refresh: true }).",
  },
  {
    id: "match-zone",
    doneBy: "offstreet",
    when: ["added", "retargeted"],
    repeat: "each",
    text: "Match \"{location}\" with its zone: the zone's id is the location's target.",
    copy: "{target}",
  },
  {
    id: "switch-on",
    doneBy: "offstreet",
    when: ["added"],
    repeat: "each",
    text: 'Switch the integration on for "{location}"; it must be on for {company} as well.',
  },
  {
    id: "run-test-plate",
    doneBy: "operator",
    when: ["added", "retargeted"],
    repeat: "each",
    text: 'Run the test plate {plate} at "{location}", and look for it in OpsMan.',
  },
];

/** The requirements and steps of Passport's set-up, in the terms of the integration's guide. */
export const passportSetup: ProviderSetup = Object.freeze({
  title: "Passport OpsMan",
  targetName: "zone",
  testPlate: "TEST123",
  goLive: Object.freeze({ least: 2, most: 3 }),
  requirements: Object.freeze(requirements.map((requirement) => Object.freeze(requirement))),
  existingIntegration: Object.freeze({
    found:
      "{company} is connected to Passport: you don't need another integration, the Operator ID stays the same.",
    mapNew: "Map the new locations: refresh the zones and match them.",
  }),
  mappingChangeSteps: Object.freeze(mappingChangeSteps.map((step) => Object.freeze(step))),
});

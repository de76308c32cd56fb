import type { MappingChangeStep, ProviderSetup, SetupRequirement } from "../../core/provider-setup.ts";

// The integration's guide documents the items, who provides them, and that the ODC task is re-run. How Flex works behind them
// is unpublished.

const requirements: readonly SetupRequirement[] = [
  {
    id: "endpoint-url",
    item: "Endpoint URL",
    providedBy: "offstreet",
    detail: "The https address of the permit lookup, which Flex asks when an officer enters a plate.",
    next: "Mount the permit lookup where the internet can reach it over https.",
    checks: [{ by: "endpoint" }],
  },
  {
    id: "credentials",
    item: "User name and password",
    providedBy: "offstreet",
    detail:
      "With them Flex proves who it is when it asks. Issued for the company; the password is shown once.",
    next: "Issue them with issueCredentials(), keep what it stores, and hand user name and password over by a safe way, never by e-mail.",
    checks: [{ by: "lookup" }, { by: "lookup_refusal" }],
    after: ["endpoint-url"],
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
    id: "mobile-payment-vendor",
    item: "Mobile Payment Vendor",
    providedBy: "operator",
    detail:
      "One in Flex for the whole integration. It holds the user name, the password and the endpoint URL.",
    next: "In Flex, create one Mobile Payment Vendor for Offstreet with the user name, the password and the endpoint URL; then confirm it here.",
    checks: [{ by: "person" }],
    after: ["endpoint-url", "credentials"],
  },
  {
    id: "mobile-payment-stations",
    item: "Mobile Payment Station",
    providedBy: "operator",
    detail:
      "One in Flex for each location. Its description equals the location's name to the letter; where it does not, permits do not appear.",
    next: "In Flex, give each location one Mobile Payment Station whose description is exactly the location's name; then export the stations and check the mapping with them.",
    checks: [
      {
        by: "mapping",
        codes: [
          ...(["name_differs", "target_unknown", "target_ambiguous", "target_duplicate"] as const),
          ...(["target_malformed", "location_name_duplicate"] as const),
        ],
      },
    ],
    after: ["switches"],
    email: {
      to: "operator",
      subject: "Mobile Payment Stations for {company} in T2 Flex",
      body: `Hello,

to connect {company} to Offstreet, please set this up in T2 Flex. It replaces the set-up call of 30–45 minutes.

1. One Mobile Payment Vendor for Offstreet. Endpoint URL: {endpoint}
   You receive the user name and the password separately.
2. One Mobile Payment Station for each of these locations. Its description must be exactly the text after the hyphen; please copy it:

{names}

3. Link each Mobile Payment Station to its Station Location, and compare the zone names: they must match exactly.
4. Run the ODC task. Run it again whenever zones or lots change.

Then look up the plate {plate} on a handheld while we have a test permit for it.

Thank you`,
    },
  },
  {
    id: "station-locations",
    item: "Station Location",
    providedBy: "operator",
    detail: "Each Mobile Payment Station is linked to one.",
    next: "In Flex, link each Mobile Payment Station to its Station Location.",
    checks: [{ by: "mapping", codes: ["target_not_linked"], needsKey: "stationLocation" }],
    after: ["mobile-payment-stations"],
  },
  {
    id: "zone-names",
    item: "Zone names",
    providedBy: "operator",
    detail: "Zone names in Flex equal the locations' zone names to the letter.",
    next: "Write each zone's name in Flex exactly as the location's zoneName, or the other way round.",
    checks: [
      {
        by: "mapping",
        codes: ["zone_name_differs", "zone_unknown", "zone_name_missing"],
        needsKey: "zone",
        orList: "zones",
      },
    ],
    after: ["mobile-payment-stations"],
  },
  {
    id: "odc-task",
    item: "ODC task",
    providedBy: "operator",
    detail: "Run in Flex after the stations are set up, and again whenever zones or lots change.",
    next: "In Flex, run the ODC task; then confirm it here.",
    checks: [{ by: "person" }],
    after: ["mobile-payment-stations", "station-locations", "zone-names"],
  },
  {
    id: "test-plate",
    item: "Test plate TEST123",
    providedBy: "operator",
    detail:
      "A permit for it is issued at one location after the other, our endpoint shows it, and an officer's handheld finds it.",
    next: "Run the test plate at each location while an officer looks it up on a handheld.",
    checks: [{ by: "test_plate" }],
    after: ["credentials", "switches"],
  },
];

const mappingChangeSteps: readonly MappingChangeStep[] = [
  {
    id: "create-station",
    doneBy: "operator",
    when: ["added"],
    repeat: "each",
    text: 'In Flex, create a Mobile Payment Station under the Mobile Payment Vendor that is there. Its description is exactly "{location}".',
    copy: "{location}",
  },
  {
    id: "rename-station",
    doneBy: "operator",
    when: ["renamed", "retargeted"],
    repeat: "each",
    text: 'In Flex, change the description of the Mobile Payment Station "{oldTarget}" to exactly "{location}".',
    copy: "{location}",
  },
  {
    id: "link-station",
    doneBy: "operator",
    when: ["added"],
    repeat: "each",
    text: 'Link the Mobile Payment Station "{location}" to its Station Location.',
  },
  {
    id: "compare-zone-name",
    doneBy: "operator",
    when: ["added", "zone_renamed"],
    repeat: "each",
    text: 'Make sure that the zone of "{location}" is called exactly "{zoneName}" in Flex.',
    copy: "{zoneName}",
  },
  {
    id: "remove-station",
    doneBy: "operator",
    when: ["removed"],
    repeat: "each",
    text: 'In Flex, remove the Mobile Payment Station "{oldTarget}": no location stands for it any more.',
  },
  {
    id: "run-odc-task",
    doneBy: "operator",
    when: ["added", "removed", "renamed", "retargeted", "zone_renamed"],
    repeat: "once",
    text: "Re-run the ODC task: it is needed whenever zones or lots change.",
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
    when: ["added", "renamed", "retargeted", "zone_renamed"],
    repeat: "each",
    text: 'Run the test plate {plate} at "{location}" while an officer looks it up on a handheld.',
  },
];

/** The requirements and steps of T2 Flex's set-up, in the terms of the integration's guide. */
export const t2FlexSetup: ProviderSetup = Object.freeze({
  title: "T2 Flex",
  targetName: "Mobile Payment Station",
  testPlate: "TEST123",
  // Passport's guide names these numbers. T2 Flex's names none, so they are inferred.
  goLive: Object.freeze({ least: 2, most: 3 }),
  requirements: Object.freeze(requirements.map((requirement) => Object.freeze(requirement))),
  existingIntegration: Object.freeze({
    found: "The Mobile Payment Vendor of {company} is there: you don't need another one.",
    mapNew: "Map the new locations: each needs a Mobile Payment Station of its own under it.",
  }),
  mappingChangeSteps: Object.freeze(mappingChangeSteps.map((step) => Object.freeze(step))),
});

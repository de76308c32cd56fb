import type { MappingChangeStep, ProviderSetup, SetupRequirement } from "../../core/provider-setup.ts";

// The integration's guide documents the SpotIDs, the list by e-mail and the company token. Endpoint and token are inferred:
// HotSpot does not publish its wire format.

const requirements: readonly SetupRequirement[] = [
  {
    id: "endpoint-and-token",
    item: "Endpoint and token",
    providedBy: "vendor",
    detail: "Where permits are pushed to, and the token for it.",
    next: "Ask HotSpot for the address that takes permits and for a token, and configure both.",
    checks: [{ by: "connection" }],
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
    id: "spot-ids",
    item: "SpotIDs",
    providedBy: "operator",
    detail: "One SpotID for each location, as HotSpot gave it. It is text: leading zeros count.",
    next: "Get one SpotID for each location from HotSpot, and set it as the location's target.",
    checks: [
      {
        by: "mapping",
        codes: [
          ...(["target_missing", "target_malformed", "target_unknown", "target_ambiguous"] as const),
          ...(["target_duplicate", "target_of_other_company"] as const),
        ],
      },
    ],
    after: ["switches"],
    email: {
      to: "operator",
      subject: "HotSpot SpotIDs of {company}",
      body: `Hello,

please send us the HotSpot SpotID of each of these locations of {company}: one line for each, the SpotID after the colon, leading zeros included.

{list}

Thank you`,
    },
  },
  {
    id: "company-token",
    item: "Company token",
    providedBy: "vendor",
    detail: "The company's own HotSpot token. It may be needed where plates do not appear.",
    next: "When plates do not appear, ask HotSpot for the company's token and set it as companyToken.",
    checks: [{ by: "mapping", codes: ["company_token_missing"], needsList: false }],
    optional: true,
    email: {
      to: "vendor",
      subject: "HotSpot token of {company}",
      body: `Hello,

permits of {company} do not appear in HotSpot. Does the integration need the company's HotSpot token? If so, please let us have it by a safe way.

Thank you`,
    },
  },
  {
    id: "test-plate",
    item: "Test plate TEST123",
    providedBy: "operator",
    detail:
      "It is registered at one location after the other and seen in HotSpot before the location goes live.",
    next: "Run the test plate at each location, and look for it in HotSpot.",
    checks: [{ by: "test_plate" }],
    after: ["endpoint-and-token", "spot-ids", "switches"],
  },
];

const mappingChangeSteps: readonly MappingChangeStep[] = [
  {
    id: "get-spot-ids",
    doneBy: "operator",
    when: ["added"],
    repeat: "each",
    text: 'Get a SpotID for "{location}" from HotSpot. Every location has one of its own.',
  },
  {
    id: "tell-new-name",
    doneBy: "operator",
    when: ["renamed"],
    repeat: "each",
    text: 'Tell HotSpot that "{oldLocation}" is called "{location}" now. Its SpotID stays.',
    copy: "{location}",
  },
  {
    id: "send-spot-ids",
    doneBy: "operator",
    when: ["added", "retargeted"],
    repeat: "once",
    text: "Send these SpotIDs, one line for each location.",
    copy: "{list}",
    email: {
      to: "offstreet",
      subject: "HotSpot SpotIDs of {company}",
      body: `Hello,

these are the HotSpot SpotIDs of {company}:

{list}

Thank you`,
    },
  },
  {
    id: "set-spot-id",
    doneBy: "offstreet",
    when: ["added", "retargeted"],
    repeat: "each",
    text: 'Set the SpotID of "{location}" as its target, as text: leading zeros count.',
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
    text: 'Run the test plate {plate} at "{location}", and look for it in HotSpot.',
  },
];

/** The requirements and steps of HotSpot's set-up, in the terms of the integration's guide. */
export const hotSpotSetup: ProviderSetup = Object.freeze({
  title: "HotSpot",
  targetName: "SpotID",
  testPlate: "TEST123",
  // Passport's guide names these numbers. HotSpot's names none, so they are inferred.
  goLive: Object.freeze({ least: 2, most: 3 }),
  requirements: Object.freeze(requirements.map((requirement) => Object.freeze(requirement))),
  existingIntegration: Object.freeze({
    found: "{company} is connected to HotSpot: you don't need another integration.",
    mapNew: "Map the new locations: get the SpotID of each.",
  }),
  mappingChangeSteps: Object.freeze(mappingChangeSteps.map((step) => Object.freeze(step))),
});

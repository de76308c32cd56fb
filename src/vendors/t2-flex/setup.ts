import type { ProviderSetup, SetupRequirement } from "../../core/provider.ts";

const requirements: readonly SetupRequirement[] = [
  {
    item: "User name and password",
    providedBy: "offstreet",
    detail: "Issued for the company with issueCredentials() and entered in Flex. The password is shown once.",
  },
  {
    item: "Endpoint URL",
    providedBy: "offstreet",
    detail: "The https address of the permit lookup, which Flex asks when an officer enters a plate.",
  },
  {
    item: "Mobile Payment Vendor",
    providedBy: "operator",
    detail: "One in Flex for this integration, with the user name, password and endpoint URL.",
  },
  {
    item: "Mobile Payment Station",
    providedBy: "operator",
    detail: "One in Flex for each location. Its description equals the location's name to the letter.",
  },
  {
    item: "Station Location",
    providedBy: "operator",
    detail: "Each Mobile Payment Station is linked to one.",
  },
  {
    item: "Zone names",
    providedBy: "operator",
    detail: "Zone names in Flex equal the locations' zone names to the letter.",
  },
  {
    item: "Integration switched on",
    providedBy: "offstreet",
    detail: "At the company and at each location. One of the two alone is not enough.",
  },
  {
    item: "ODC task",
    providedBy: "operator",
    detail: "Run in Flex after the stations are set up, so that the handhelds receive zones and lots.",
  },
  {
    item: "Test plate TEST123",
    providedBy: "operator",
    detail:
      "A permit for it is issued at each location; an officer's handheld finds it there and nowhere else.",
  },
];

/** What the T2 Flex integration asks for, in the words of the vendor's guide. */
export const t2FlexSetup: ProviderSetup = Object.freeze({
  requirements: Object.freeze(requirements.map((requirement) => Object.freeze(requirement))),
  mappingChangeSteps: Object.freeze([
    "In Flex, create or rename the Mobile Payment Station of each location that was added or renamed; its description must equal the location's name to the letter.",
    "Link each new Mobile Payment Station to its Station Location.",
    "Check that zone names in Flex equal the locations' zone names to the letter.",
    "Re-run the ODC task: it is needed whenever zones or lots change.",
    "Switch the integration on at each new location; it must be on at the company as well.",
    "At each changed location, look up the test plate TEST123 on a handheld.",
  ]),
});

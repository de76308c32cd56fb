import type { ProviderSetup } from "../../core/provider.ts";

/** What HotSpot's set-up asks for, in its guide's words. */
export const hotSpotSetup: ProviderSetup = Object.freeze({
  requirements: Object.freeze([
    {
      item: "Endpoint and token",
      providedBy: "vendor",
      detail: "Where permits are pushed to, and the token for it.",
    },
    {
      item: "SpotIDs",
      providedBy: "vendor",
      detail: "One SpotID for each location, as text: leading zeros count.",
    },
    {
      item: "Company token",
      providedBy: "vendor",
      detail: "The company's HotSpot token. Needed at times: ask for it when plates do not appear.",
    },
    {
      item: "Switches",
      providedBy: "operator",
      detail: "The integration is enabled for the company and for each location that takes part.",
    },
    {
      item: "Test plate",
      providedBy: "operator",
      detail:
        "TEST123 is registered at one location after the other and seen by an officer before it goes live.",
    },
  ] as const),
  mappingChangeSteps: Object.freeze([
    "Send HotSpot the names of the new or renamed locations.",
    "Get one SpotID for each of them, and set it as the location's target.",
    "Register the test plate TEST123 at the location and have an officer look for it.",
  ]),
});

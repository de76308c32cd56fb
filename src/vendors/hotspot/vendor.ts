import type { PushVendor } from "../../core/vendor/vendor-descriptor.ts";
import { type HotSpotSpot, validateHotSpotMapping } from "./mapping.ts";
import { createHotSpotProvider } from "./provider.ts";
import { createHotSpotSandbox, type HotSpotSandbox, type HotSpotSandboxOptions } from "./sandbox/sandbox.ts";
import { hotSpotSetup } from "./setup.ts";

/** A base URL for a provider that sends no request yet. */
const NO_HOST = "https://hotspot.invalid";

/** HotSpot: `spotIds`, `baseUrl`, and `companyToken`: whether there is one, never the token. */
export const hotSpotVendor: PushVendor<"hotspot", HotSpotSandboxOptions, HotSpotSandbox> = {
  name: "hotspot",
  title: "HotSpot",
  delivery: "push",
  setup: hotSpotSetup,
  list: {
    key: "spotIds",
    flag: "spots",
    entry: "SpotID",
    help: "SpotIDs: CSV, or the text of HotSpot's e-mail.",
    fields: [
      {
        key: "spotId",
        label: "SpotID",
        use: "spotId",
        required: true,
        columns: ["SpotID", "Spot", "Spot Number"],
      },
      { key: "name", use: "name", columns: ["Name", "Location", "Location Name", "Lot"] },
    ],
    target: "spotId",
    textAlone: "spotId",
    forms: [{ form: "table" }, { form: "bullets", name: "name", id: "spotId" }],
  },
  settings: { baseUrl: "text", companyToken: "flag" },
  neededSettings: ["baseUrl"],
  hints: {
    target:
      "The location's SpotID, equal to the letter, leading zeros included: 01428 is not 1428. The operator or its HotSpot contact sends the SpotIDs by e-mail. Each location has one of its own.",
    settings: {
      baseUrl: "The address that permits are pushed to. HotSpot gives it to you, with the token.",
      companyToken:
        "true, where HotSpot has given the company a token of its own. The token itself belongs in the environment.",
    },
    list: "The company's SpotIDs, from HotSpot's e-mail.",
  },
  credentials: [
    { key: "token", variable: "HOTSPOT_TOKEN", flag: "token-env", what: "HotSpot's token" },
    {
      key: "companyToken",
      variable: "HOTSPOT_COMPANY_TOKEN",
      flag: "company-token-env",
      what: "the company's HotSpot token, where there is one",
      // Where there is a company token, what is pushed without it may not be seen.
      isNeeded: ({ companyToken }) => companyToken === true,
    },
  ],
  toMappingOptions: ({ list, settings: { companyToken } }) => ({
    ...(list === undefined ? {} : { spotIds: list.entries }),
    ...(companyToken === undefined ? {} : { companyToken }),
  }),
  validateMapping: validateHotSpotMapping,
  createProvider: (id, { settings, credential }) => {
    const companyToken = credential("companyToken");
    return createHotSpotProvider({
      id,
      baseUrl: String(settings["baseUrl"] ?? NO_HOST),
      token: credential("token") ?? "none",
      ...(companyToken === undefined ? {} : { companyToken }),
    });
  },
  sandbox: {
    create: createHotSpotSandbox,
    toOptions({ list, targets, settings: { companyToken } }) {
      const spotIds =
        list?.entries.map((entry) => (typeof entry === "string" ? entry : (entry as HotSpotSpot).spotId)) ??
        targets.map(({ target }) => target);
      return {
        spotIds: [...new Set(spotIds)],
        ...(companyToken === true ? { companyToken: crypto.randomUUID() } : {}),
      };
    },
    toConnection: ({ token, companyToken }) => ({ settings: {}, credentials: { token, companyToken } }),
  },
};

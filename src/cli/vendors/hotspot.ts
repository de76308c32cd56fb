import { type HotSpotSpot, validateHotSpotMapping } from "../../vendors/hotspot/mapping.ts";
import { createHotSpotProvider } from "../../vendors/hotspot/provider.ts";
import { readSettings, type SettingKinds } from "./read-settings.ts";
import type { VendorCommands } from "./vendor.ts";

const SETTINGS: SettingKinds = { baseUrl: "text", companyToken: "flag" };

/** For a provider that calls nobody yet. */
const NO_HOST = "https://hotspot.invalid";

/** HotSpot on the command line: `spotIds`, `baseUrl`, and `companyToken`: whether there is one, never the token. */
export const hotSpotCommands: VendorCommands = {
  vendor: "hotspot",
  title: "HotSpot",
  entry: "SpotID",
  listKey: "spotIds",
  listFlag: "spots",
  targetUse: "spotId",
  targetOf: (entry) => (typeof entry === "string" ? entry : (entry as HotSpotSpot).spotId),
  usesList: () => true,
  read(node, reader, what) {
    const record = reader.record(node, what, ["vendor", "spotIds", ...Object.keys(SETTINGS)]) ?? new Map();
    const spots = record.get("spotIds")?.value;
    const settings = readSettings(reader, record, { kinds: SETTINGS, what });
    if (spots === undefined) return { settings };
    const entries = reader.list(spots, `spotIds of ${what}`).map((item, index) => {
      const spot = `SpotID ${index + 1}`;
      // A SpotID may stand alone, without a name.
      if (item.kind !== "record") {
        return { place: item.place, value: reader.text(item, spot, "spotId") ?? "" };
      }
      const entry = reader.record(item, spot, ["spotId", "name"]) ?? new Map();
      const spotId = reader.requiredTextAt(entry, "spotId", { what: spot, place: item.place }, "spotId");
      return {
        place: item.place,
        value: { spotId, ...readSettings(reader, entry, { kinds: { name: "name" }, what: spot }) },
      };
    });
    return { settings, list: { entries, complete: true } };
  },
  vendorSays({ list, settings: { companyToken } }) {
    return {
      ...(list === undefined ? {} : { spotIds: list.entries.map(({ value }) => value) }),
      ...(companyToken === undefined ? {} : { companyToken }),
    };
  },
  validate: validateHotSpotMapping,
  // Where there is a company token, what is pushed without it may not be seen.
  credentials: ({ companyToken }) => (companyToken === true ? ["token", "companyToken"] : ["token"]),
  needed: ["baseUrl"],
  createProvider: (id, { settings, credential }) => {
    const companyToken = credential("companyToken");
    return createHotSpotProvider({
      ...{ id, baseUrl: String(settings["baseUrl"] ?? NO_HOST), token: credential("token") ?? "none" },
      ...(companyToken === undefined ? {} : { companyToken }),
    });
  },
};

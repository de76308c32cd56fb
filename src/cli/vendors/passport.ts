import type { Zone } from "../../core/provider.ts";
import { validatePassportMapping } from "../../vendors/passport/mapping.ts";
import { createPassportProvider } from "../../vendors/passport/provider.ts";
import { readZoneList } from "../input/zones.ts";
import { readSettings, type SettingKinds } from "./read-settings.ts";
import type { Setting, VendorCommands, VendorFacts } from "./vendor.ts";

const SETTINGS: SettingKinds = {
  operatorId: "text",
  environment: "text",
  baseUrl: "text",
  currency: "text",
  zoneIds: "text",
  sharedZones: "flag",
};

/** What `createPassportProvider` takes. */
const OPTIONS = ["operatorId", "environment", "baseUrl", "currency", "zoneIds"];

/** For a provider that calls nobody yet. */
const NO_OPERATOR = "00000000-0000-0000-0000-000000000000";

/** What the validator takes as it stands; it says itself what is wrong with a value. */
const CHECKED = ["operatorId", "zoneIds", "sharedZones"];

/** Passport on the command line: `zones`, and what `createPassportProvider` takes but for the secrets. */
export const passportCommands: VendorCommands = {
  vendor: "passport",
  title: "Passport OpsMan",
  entry: "zone",
  listKey: "zones",
  listFlag: "zones",
  targetUse: "id",
  targetOf: (entry) => (entry as Zone).id,
  // Ids of our own that the operator entered are in no list.
  usesList: ({ zoneIds }) => zoneIds !== "external",
  read(node, reader, what) {
    const record = reader.record(node, what, ["vendor", "zones", ...Object.keys(SETTINGS)]) ?? new Map();
    const zones = record.get("zones")?.value;
    const settings = readSettings(reader, record, { kinds: SETTINGS, what });
    return zones === undefined ? { settings } : { settings, list: readZoneList(zones, reader) };
  },
  vendorSays({ list, settings }) {
    if (list === undefined) return pick(settings, CHECKED);
    const { entries, complete, fetchedAt } = list;
    const zones = entries.map(({ value }) => value as Zone);
    return {
      ...pick(settings, CHECKED),
      zones: { zones, complete, ...(fetchedAt === undefined ? {} : { fetchedAt }) },
    };
  },
  validate: validatePassportMapping,
  credentials: () => ["clientId", "clientSecret"],
  needed: ["operatorId"],
  createProvider: (id, { settings, credential }) =>
    createPassportProvider({
      ...{ id, operatorId: NO_OPERATOR, ...pick(settings, OPTIONS) },
      clientId: credential("clientId") ?? "none",
      clientSecret: credential("clientSecret") ?? "none",
    }),
};

function pick(settings: VendorFacts["settings"], keys: readonly string[]): Record<string, Setting> {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => keys.includes(key)));
}

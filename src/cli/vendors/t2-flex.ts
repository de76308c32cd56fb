import { fieldError } from "../../core/fields.ts";
import type { LookupDialect } from "../../core/lookup/dialect.ts";
import { genetecDialect } from "../../vendors/t2-flex/dialects/genetec/genetec.ts";
import { iris } from "../../vendors/t2-flex/dialects/iris/iris.ts";
import { offstreetDialect } from "../../vendors/t2-flex/dialects/offstreet/offstreet.ts";
import { type T2FlexStation, validateT2FlexMapping } from "../../vendors/t2-flex/mapping.ts";
import { createT2FlexProvider } from "../../vendors/t2-flex/provider.ts";
import { readSettings, type SettingKinds } from "./read-settings.ts";
import type { Setting, VendorCommands } from "./vendor.ts";

const SETTINGS: SettingKinds = { zones: "names", endpoint: "text", dialect: "text" };

/** T2 Flex on the command line: `stations` and `zones`, and `endpoint` and `dialect` of the lookup that Flex asks. */
export const t2FlexCommands: VendorCommands = {
  vendor: "t2-flex",
  title: "T2 Flex",
  entry: "station",
  listKey: "stations",
  listFlag: "stations",
  targetUse: "name",
  targetOf: (entry) => (entry as T2FlexStation).description,
  usesList: () => true,
  read(node, reader, what) {
    const record = reader.record(node, what, ["vendor", "stations", ...Object.keys(SETTINGS)]) ?? new Map();
    const stations = record.get("stations")?.value;
    const settings = readSettings(reader, record, { kinds: SETTINGS, what });
    if (stations === undefined) return { settings };
    const entries = reader.list(stations, `stations of ${what}`).map((item, index) => {
      const station = `station ${index + 1}`;
      const entry = reader.record(item, station, ["description", "stationLocation", "zone"]) ?? new Map();
      const description = reader.requiredTextAt(
        entry,
        "description",
        { what: station, place: item.place },
        "name",
      );
      const rest = readSettings(reader, entry, {
        kinds: { stationLocation: "name", zone: "name" },
        what: station,
      });
      return { place: item.place, value: { description, ...rest } };
    });
    return { settings, list: { entries, complete: true } };
  },
  vendorSays: ({ list, settings: { zones } }) => ({
    ...(list === undefined ? {} : { stations: list.entries.map(({ value }) => value) }),
    ...(zones === undefined ? {} : { zones }),
  }),
  validate: validateT2FlexMapping,
  credentials: () => [],
  needed: [],
  createProvider: (id, { settings: { dialect } }) =>
    createT2FlexProvider(dialect === undefined ? { id } : { id, dialect: findDialect(dialect) }),
};

const DIALECTS: readonly LookupDialect[] = [offstreetDialect, iris, genetecDialect];

/** A mapping file has names. @throws EnforcementError `invalid_config` when it is none of ours */
function findDialect(name: Setting): LookupDialect {
  const dialect = DIALECTS.find(({ id }) => id === name);
  if (dialect !== undefined) return dialect;
  throw fieldError("dialect", `must be one of ${DIALECTS.map(({ id }) => id).join(", ")}.`, "invalid_config");
}

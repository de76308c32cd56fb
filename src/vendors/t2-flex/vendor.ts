import { fieldError } from "../../core/fields.ts";
import type { LookupDialect } from "../../core/lookup/dialect.ts";
import type { PullVendor, VendorSetting } from "../../core/vendor/vendor-descriptor.ts";
import { genetecDialect } from "./dialects/genetec/genetec.ts";
import { iris } from "./dialects/iris/iris.ts";
import { offstreetDialect } from "./dialects/offstreet/offstreet.ts";
import { validateT2FlexMapping } from "./mapping.ts";
import { createT2FlexProvider } from "./provider.ts";
import { createHandheld, type T2FlexHandheldDialect } from "./sandbox/sandbox.ts";
import { t2FlexSetup } from "./setup.ts";

/** T2 Flex: `stations` and `zones`, and `endpoint` and `dialect` of the lookup that Flex asks. */
export const t2FlexVendor: PullVendor<"t2-flex", T2FlexHandheldDialect> = {
  name: "t2-flex",
  title: "T2 Flex",
  delivery: "pull",
  setup: t2FlexSetup,
  list: {
    key: "stations",
    flag: "stations",
    entry: "station",
    help: "Mobile Payment Stations, exported from Flex.",
    // How Flex calls the columns of its export is unpublished: these are the names of the fields on its screens.
    namedColumns: true,
    fields: [
      {
        key: "description",
        use: "name",
        required: true,
        columns: ["Description", "Station Description", "Mobile Payment Station", "Station", "Name"],
      },
      {
        key: "stationLocation",
        use: "name",
        columns: ["Station Location", "Location"],
        keepsBlank: true,
      },
      { key: "zone", use: "name", columns: ["Zone", "Zone Name"], keepsBlank: true },
    ],
    target: "description",
    forms: [{ form: "table" }],
  },
  settings: { zones: "names", endpoint: "text", dialect: "text" },
  neededSettings: [],
  hints: {
    target:
      "The description of the location's Mobile Payment Station in Flex, equal to the letter, where it is not the location's name.",
    targetIsOptional: true,
    name: "The description of the location's Mobile Payment Station in Flex, equal to the letter: copied, not typed.",
    zoneName: "The name of the location's zone in Flex, equal to the letter.",
    settings: {
      zones: "The names or ids of all zones and lots in Flex.",
      endpoint:
        "The https address of your own lookup: what the operator enters at the Mobile Payment Vendor.",
      dialect: "offstreet, iris or genetec: the format in which Flex asks. Without it: offstreet.",
    },
    list: "The Mobile Payment Stations in Flex.",
  },
  credentials: [],
  toMappingOptions: ({ list, settings: { zones } }) => ({
    ...(list === undefined ? {} : { stations: list.entries }),
    ...(zones === undefined ? {} : { zones }),
  }),
  validateMapping: validateT2FlexMapping,
  dialects: [
    { name: "offstreet", credentials: "header" },
    { name: "iris", credentials: "username-token" },
    { name: "genetec", credentials: "header" },
  ],
  createProvider: (id, { settings: { dialect } }) =>
    createT2FlexProvider(dialect === undefined ? { id } : { id, dialect: findDialect(dialect) }),
  sandbox: { create: createHandheld },
};

const DIALECTS: Readonly<Record<T2FlexHandheldDialect, LookupDialect>> = {
  offstreet: offstreetDialect,
  iris,
  genetec: genetecDialect,
};

/** The dialect that a mapping file names. @throws EnforcementError `invalid_config` when no dialect has the name */
function findDialect(name: VendorSetting): LookupDialect {
  const found = Object.entries(DIALECTS).find(([known]) => known === name);
  if (found !== undefined) return found[1];
  throw fieldError("dialect", `must be one of ${Object.keys(DIALECTS).join(", ")}.`, "invalid_config");
}

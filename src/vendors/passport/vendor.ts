import { isUuid } from "../../core/fields.ts";
import type { Zone } from "../../core/provider.ts";
import type {
  MappedVendor,
  PushVendor,
  VendorSetting,
  VendorSettings,
} from "../../core/vendor/vendor-descriptor.ts";
import { validatePassportMapping } from "./mapping.ts";
import { createPassportProvider } from "./provider.ts";
import {
  createPassportSandbox,
  type PassportSandbox,
  type PassportSandboxOptions,
} from "./sandbox/sandbox.ts";
import type { PassportSandboxZoneInput } from "./sandbox/zones.ts";
import { passportSetup } from "./setup.ts";

/** What `createPassportProvider` takes. */
const OPTIONS = ["operatorId", "environment", "baseUrl", "currency", "zoneIds"];

/** What the validator takes as it stands; it says itself what is wrong with a value. */
const CHECKED = ["operatorId", "zoneIds", "sharedZones"];

/** An operator id for a provider that sends no request yet. */
const NO_OPERATOR = "00000000-0000-0000-0000-000000000000";

/** Passport: `zones`, and what `createPassportProvider` takes but for the secrets. */
export const passportVendor: PushVendor<"passport", PassportSandboxOptions, PassportSandbox> = {
  name: "passport",
  title: "Passport",
  delivery: "push",
  setup: passportSetup,
  list: {
    key: "zones",
    flag: "zones",
    entry: "zone",
    help: "Passport's zones: JSON, YAML or CSV.",
    fields: [
      { key: "id", use: "id", required: true, columns: ["ID", "Zone ID"] },
      // Programs write null for a zone without a number.
      { key: "number", use: "id", columns: ["Number", "Zone Number"], nullable: true },
      { key: "name", use: "name", required: true, columns: ["Name", "Zone Name", "Zone"] },
      { key: "operatorId", use: "id", columns: [], nullable: true },
    ],
    target: "id",
    forms: [{ form: "table" }, { form: "document" }],
    reply: { under: "data", names: { operatorId: "operator_id" } },
  },
  settings: {
    operatorId: "text",
    environment: "text",
    baseUrl: "text",
    currency: "text",
    zoneIds: "text",
    sharedZones: "flag",
  },
  neededSettings: ["operatorId"],
  hints: {
    target:
      "The id of the location's zone at Passport, a UUID: in the operator's list of zones, which listZones() fetches too. A zone's number or name works only where no other zone has it, equal to the letter.",
    code: "PASSPORT and the company's name in upper-case letters and digits: PASSPORTUNIVERSITY. For records only.",
    zoneName: "The name of the location's zone at Passport, equal to the letter, capitals included.",
    settings: {
      operatorId:
        "The operator's id at Passport, a UUID. The operator asks its Passport account manager for it.",
      environment: "production or staging. Without it: production.",
      baseUrl: "Only where Passport gave you an address of your own, such as a Canadian host.",
      currency: "The ISO 4217 code in the fees, which are all zero. Without it: USD.",
      zoneIds:
        "external, where the operator has entered your own ids at Passport; targets are those ids then.",
      sharedZones: "true, where several locations may have one zone.",
    },
    list: "The operator's zones.",
  },
  credentials: [
    {
      key: "clientId",
      variable: "PASSPORT_CLIENT_ID",
      flag: "client-id-env",
      what: "Passport's client id",
    },
    {
      key: "clientSecret",
      variable: "PASSPORT_CLIENT_SECRET",
      flag: "client-secret-env",
      what: "Passport's client secret",
    },
  ],
  hasCompanyCodes: true,
  // Ids of our own that the operator entered are in no list.
  usesList: ({ zoneIds }) => zoneIds !== "external",
  toMappingOptions({ list, settings }) {
    if (list === undefined) return pick(settings, CHECKED);
    const { entries, complete, fetchedAt } = list;
    const zones = { zones: entries, complete, ...(fetchedAt === undefined ? {} : { fetchedAt }) };
    return { ...pick(settings, CHECKED), zones };
  },
  validateMapping: validatePassportMapping,
  createProvider: (id, { settings, credential }) =>
    createPassportProvider({
      id,
      operatorId: NO_OPERATOR,
      ...pick(settings, OPTIONS),
      clientId: credential("clientId") ?? "none",
      clientSecret: credential("clientSecret") ?? "none",
    }),
  sandbox: {
    create: createPassportSandbox,
    toOptions(mapped) {
      const { operatorId } = mapped.settings;
      return {
        zones: toSandboxZones(mapped),
        ...(typeof operatorId === "string" ? { operatorId } : {}),
      };
    },
    toConnection: ({ operatorId, clientId, clientSecret }) => ({
      settings: { operatorId },
      credentials: { clientId, clientSecret },
    }),
  },
};

function pick(settings: VendorSettings, keys: readonly string[]): Record<string, VendorSetting> {
  const given = Object.entries(settings).filter(
    (entry): entry is [string, VendorSetting] => entry[1] !== undefined,
  );
  return Object.fromEntries(given.filter(([key]) => keys.includes(key)));
}

function toSandboxZones({ list, targets, settings }: MappedVendor): PassportSandboxZoneInput[] {
  if (list !== undefined) {
    return (list.entries as readonly Zone[]).map(({ id, number, name }, index) => ({
      id: id.toLowerCase(),
      number: number ?? `${index + 1}`,
      name,
    }));
  }
  return targets.map(({ target, name }, index) => {
    const number = `${index + 1}`;
    if (settings["zoneIds"] === "external") return { externalId: target, number, name };
    if (isUuid(target)) return { id: target.toLowerCase(), number, name };
    return /^\d+$/.test(target) ? { number: target, name } : { number, name: target };
  });
}

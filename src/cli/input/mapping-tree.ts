import {
  COMPANY_KEYS,
  COMPANY_PROVIDER_KEYS,
  type Company,
  type CompanyProvider,
  isStage,
  LOCATION_KEYS,
  LOCATION_PROVIDER_KEYS,
  type LocationProvider,
} from "../../core/directory/directory.ts";
import type { VendorDescriptor } from "../../core/vendor/vendor-descriptor.ts";
import { assertUsable, type Place } from "../unusable-input.ts";
import { targetUseOf } from "../vendors/find-vendor.ts";
import type { MappingFile, PlacedLocation, VendorNode } from "./mapping-file.ts";
import { parseTree } from "./parse-tree.ts";
import type { TextFile } from "./read-file.ts";
import type { TextUse } from "./spreadsheet-damage.ts";
import { type TreeNode, TreeReader, type TreeRecord } from "./tree.ts";

/**
 * Reads a mapping file in YAML or JSON. Keys are those of `Company` and `Location`; a location's `companyId` may be
 * left out.
 *
 * @param knownVendors vendors that a provider may be of
 * @throws UnusableInput with every unknown key, missing key, wrong type and damaged id, each with line and column
 */
export function readMappingTree(file: TextFile, knownVendors: readonly VendorDescriptor[]): MappingFile {
  const reader = new TreeReader();
  const root = parseTree(file);
  const record =
    reader.record(root, "a mapping file", ["company", "locations", "otherCompanies", "vendors"]) ?? new Map();
  for (const key of ["company", "locations"]) {
    if (root.kind === "record" && !record.has(key)) reader.refuse(root.place, `the file has no ${key}.`);
  }
  const useOfTarget = findTargetUses(record.get("vendors")?.value, knownVendors);
  const readOwner = (company: TreeNode | undefined, locations: TreeNode | undefined, what: string) => {
    const owner = company === undefined ? emptyCompany() : readCompany(reader, company, `the ${what}company`);
    const items = locations === undefined ? [] : reader.list(locations, `the ${what}locations`);
    return {
      company: owner,
      locations: items.map((item, index) => readLocation(reader, item, { owner, index, useOfTarget })),
    };
  };
  const { company, locations } = readOwner(record.get("company")?.value, record.get("locations")?.value, "");
  const others = record.get("otherCompanies")?.value;
  const otherCompanies = (others === undefined ? [] : reader.list(others, "otherCompanies")).map((item) => {
    const entry = reader.record(item, "another company", ["company", "locations"]) ?? new Map();
    const other = readOwner(entry.get("company")?.value, entry.get("locations")?.value, "other ");
    return { ...other, place: item.place };
  });
  const vendors = readVendors(reader, record.get("vendors")?.value, knownVendors);
  assertUsable(reader.problems);
  return {
    name: file.name,
    company,
    companyPlace: record.get("company")?.place ?? root.place,
    locations,
    otherCompanies,
    vendors,
    warnings: reader.warnings,
  };
}

type UseOfTarget = (providerId: string) => TextUse;

/** What the targets of each provider are; the vendor of a provider is read only as far as that needs. */
function findTargetUses(node: TreeNode | undefined, knownVendors: readonly VendorDescriptor[]): UseOfTarget {
  const sections = node?.kind === "record" ? node.entries : undefined;
  return (providerId) => {
    const section = sections?.get(providerId)?.value;
    const named = section?.kind === "record" ? section.entries.get("vendor")?.value : undefined;
    const name = named?.kind === "text" ? named.text : providerId;
    return targetUseOf(knownVendors.find((vendor) => vendor.name === name));
  };
}

function readCompany(reader: TreeReader, node: TreeNode, what: string): Company {
  const record = reader.record(node, what, COMPANY_KEYS) ?? new Map();
  const owner = { what, place: node.place };
  return {
    id: reader.requiredTextAt(record, "id", owner, "ownId"),
    name: reader.requiredTextAt(record, "name", owner, "name"),
    providers: readProviders(reader, record, {
      owner,
      keys: COMPANY_PROVIDER_KEYS,
      read: readCompanyProvider,
    }),
  };
}

function readLocation(
  reader: TreeReader,
  node: TreeNode,
  { owner: company, index, useOfTarget }: { owner: Company; index: number; useOfTarget: UseOfTarget },
): PlacedLocation {
  const named = node.kind === "record" ? node.entries.get("id")?.value : undefined;
  const what = named?.kind === "text" ? `location "${named.text}"` : `location ${index + 1}`;
  const record = reader.record(node, what, LOCATION_KEYS) ?? new Map();
  const owner = { what, place: node.place };
  const zoneName = reader.textAt(record, "zoneName", what, "name");
  const region = reader.textAt(record, "region", what);
  const location = {
    id: reader.requiredTextAt(record, "id", owner, "ownId"),
    companyId: reader.textAt(record, "companyId", what, "ownId") ?? company.id,
    name: reader.requiredTextAt(record, "name", owner, "name"),
    ...(zoneName === undefined ? {} : { zoneName }),
    ...(region === undefined ? {} : { region }),
    providers: readProviders(reader, record, {
      owner,
      keys: LOCATION_PROVIDER_KEYS,
      read: (_, entry, called, providerId) =>
        readLocationProvider(reader, entry, { what: called, use: useOfTarget(providerId) }),
    }),
  };
  return { location, place: node.place };
}

interface ProviderReading<Entry> {
  readonly owner: { what: string; place: Place };
  readonly keys: readonly string[];
  read(reader: TreeReader, record: TreeRecord, what: string, providerId: string): Omit<Entry, "enabled">;
}

function readProviders<Entry extends { enabled: boolean }>(
  reader: TreeReader,
  record: TreeRecord,
  { owner, keys, read }: ProviderReading<Entry>,
): Record<string, Entry> {
  const node = record.get("providers")?.value;
  if (node === undefined) {
    reader.refuse(owner.place, `${owner.what} has no providers; write {} for none.`);
    return {};
  }
  // A null prototype, so that a provider called "constructor" is not found in a record that lacks it.
  const providers: Record<string, Entry> = Object.create(null);
  for (const [id, { value, place }] of reader.record(node, `providers of ${owner.what}`) ?? []) {
    const what = `provider "${id}" of ${owner.what}`;
    const entry = reader.record(value, what, keys) ?? new Map();
    if (!entry.has("enabled")) reader.refuse(place, `${what} does not say whether it is enabled.`);
    const enabled = reader.flagAt(entry, "enabled", what) ?? false;
    providers[id] = { enabled, ...read(reader, entry, what, id) } as Entry;
  }
  return providers;
}

function readCompanyProvider(
  reader: TreeReader,
  record: TreeRecord,
  what: string,
): Omit<CompanyProvider, "enabled"> {
  const code = reader.textAt(record, "code", what, "id");
  return code === undefined ? {} : { code };
}

function readLocationProvider(
  reader: TreeReader,
  record: TreeRecord,
  { what, use }: { what: string; use: TextUse },
): Omit<LocationProvider, "enabled"> {
  const target = reader.textAt(record, "target", what, use);
  const stage = reader.textAt(record, "stage", what);
  if (stage !== undefined && !isStage(stage)) {
    reader.refuse(
      record.get("stage")?.value.place ?? { file: "" },
      `stage of ${what} must be setup, testing or live.`,
    );
    return {};
  }
  return { ...(target === undefined ? {} : { target }), ...(stage === undefined ? {} : { stage }) };
}

function readVendors(
  reader: TreeReader,
  node: TreeNode | undefined,
  knownVendors: readonly VendorDescriptor[],
): Map<string, VendorNode> {
  const names = knownVendors.map(({ name }) => name);
  const vendors = new Map<string, VendorNode>();
  for (const [id, { value, place }] of (node && reader.record(node, "vendors")) ?? []) {
    const entries = value.kind === "record" ? value.entries : new Map();
    const vendor = entries.has("vendor") ? reader.textAt(entries, "vendor", `vendors.${id}`) : id;
    if (vendor === undefined || !names.includes(vendor)) {
      const known = names.join(", ");
      reader.refuse(
        place,
        `vendors.${id} does not say of which vendor it is: write vendor: and one of ${known}.`,
      );
      continue;
    }
    vendors.set(id, { vendor, place, node: value });
  }
  return vendors;
}

function emptyCompany(): Company {
  return { id: "", name: "", providers: {} };
}

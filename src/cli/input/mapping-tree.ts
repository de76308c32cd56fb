import type { Company, CompanyProvider, LocationProvider } from "../../core/directory.ts";
import { assertUsable, type Place } from "../unusable-input.ts";
import type { MappingFile, PlacedLocation, VendorNode } from "./mapping-file.ts";
import { parseTree } from "./parse-tree.ts";
import type { TextFile } from "./read-file.ts";
import { type TreeNode, TreeReader, type TreeRecord } from "./tree.ts";

/**
 * Reads a mapping file in YAML or JSON. Keys are those of `Company` and `Location`; a location's `companyId` may be
 * left out.
 *
 * @param knownVendors vendors that a provider may be of
 * @throws UnusableInput with every unknown key, missing key and wrong type, each with line and column
 */
export function readMappingTree(file: TextFile, knownVendors: readonly string[]): MappingFile {
  const reader = new TreeReader();
  const root = parseTree(file);
  const record =
    reader.record(root, "a mapping file", ["company", "locations", "otherCompanies", "vendors"]) ?? new Map();
  for (const key of ["company", "locations"]) {
    if (root.kind === "record" && !record.has(key)) reader.refuse(root.place, `the file has no ${key}.`);
  }
  const readOwner = (company: TreeNode | undefined, locations: TreeNode | undefined, what: string) => {
    const owner = company === undefined ? emptyCompany() : readCompany(reader, company, `the ${what}company`);
    const items = locations === undefined ? [] : reader.list(locations, `the ${what}locations`);
    return {
      company: owner,
      locations: items.map((item, index) => readLocation(reader, item, { owner, index })),
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
  const companyPlace = record.get("company")?.place ?? root.place;
  return { name: file.name, company, companyPlace, locations, otherCompanies, vendors };
}

function readCompany(reader: TreeReader, node: TreeNode, what: string): Company {
  const record = reader.record(node, what, ["id", "name", "providers"]) ?? new Map();
  const owner = { what, place: node.place };
  return {
    id: reader.requiredTextAt(record, "id", owner),
    name: reader.requiredTextAt(record, "name", owner),
    providers: readProviders(reader, record, { owner, keys: ["enabled", "code"], read: readCompanyProvider }),
  };
}

function readLocation(
  reader: TreeReader,
  node: TreeNode,
  { owner: company, index }: { owner: Company; index: number },
): PlacedLocation {
  const named = node.kind === "record" ? node.entries.get("id")?.value : undefined;
  const what = named?.kind === "text" ? `location "${named.text}"` : `location ${index + 1}`;
  const keys = ["id", "companyId", "name", "zoneName", "region", "providers"];
  const record = reader.record(node, what, keys) ?? new Map();
  const owner = { what, place: node.place };
  const optional = Object.fromEntries(
    ["zoneName", "region"].flatMap((key) => {
      const text = reader.textAt(record, key, what);
      return text === undefined ? [] : [[key, text]];
    }),
  );
  const location = {
    id: reader.requiredTextAt(record, "id", owner),
    companyId: reader.textAt(record, "companyId", what) ?? company.id,
    name: reader.requiredTextAt(record, "name", owner),
    ...optional,
    providers: readProviders(reader, record, {
      ...{ owner, keys: ["enabled", "target", "stage"], read: readLocationProvider },
    }),
  };
  return { location, place: node.place };
}

interface ProviderReading<Entry> {
  readonly owner: { what: string; place: Place };
  readonly keys: readonly string[];
  read(reader: TreeReader, record: TreeRecord, what: string): Omit<Entry, "enabled">;
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
  // A null prototype, so that a provider called "constructor" is not found where nobody put it.
  const providers: Record<string, Entry> = Object.create(null);
  for (const [id, { value, place }] of reader.record(node, `providers of ${owner.what}`) ?? []) {
    const what = `provider "${id}" of ${owner.what}`;
    const entry = reader.record(value, what, keys) ?? new Map();
    if (!entry.has("enabled")) reader.refuse(place, `${what} does not say whether it is enabled.`);
    const enabled = reader.flagAt(entry, "enabled", what) ?? false;
    providers[id] = { enabled, ...read(reader, entry, what) } as Entry;
  }
  return providers;
}

function readCompanyProvider(
  reader: TreeReader,
  record: TreeRecord,
  what: string,
): Omit<CompanyProvider, "enabled"> {
  const code = reader.textAt(record, "code", what);
  return code === undefined ? {} : { code };
}

function readLocationProvider(
  reader: TreeReader,
  record: TreeRecord,
  what: string,
): Omit<LocationProvider, "enabled"> {
  const target = reader.textAt(record, "target", what);
  const stage = reader.textAt(record, "stage", what);
  if (stage !== undefined && stage !== "setup" && stage !== "testing" && stage !== "live") {
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
  knownVendors: readonly string[],
): Map<string, VendorNode> {
  const vendors = new Map<string, VendorNode>();
  for (const [id, { value, place }] of (node && reader.record(node, "vendors")) ?? []) {
    const entries = value.kind === "record" ? value.entries : new Map();
    const vendor = entries.has("vendor") ? reader.textAt(entries, "vendor", `vendors.${id}`) : id;
    if (vendor === undefined || !knownVendors.includes(vendor)) {
      const known = knownVendors.join(", ");
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

import {
  COMPANY_KEYS,
  COMPANY_PROVIDER_KEYS,
  type Company,
  isStage,
  LOCATION_KEYS,
  LOCATION_PROVIDER_KEYS,
} from "../../core/directory/directory.ts";
import { assertUsable } from "../unusable-input.ts";
import { findVendor, targetUseOf, VENDOR_NAMES } from "../vendors/known-vendors.ts";
import type { MappingFile, PlacedLocation, VendorNode } from "./mapping-file.ts";
import { findPlaceholders } from "./mapping-template.ts";
import { parseTree } from "./parse-tree.ts";
import type { TextFile } from "./read-file.ts";
import type { TextUse } from "./spreadsheet-damage.ts";
import { type RecordOwner, type TextField, type TreeNode, TreeReader, type TreeRecord } from "./tree.ts";

/**
 * Reads a mapping file in YAML or JSON. Keys are those of `Company` and `Location`; a location's `companyId` may be
 * left out.
 *
 * @throws UnusableInput with every placeholder that is left of a new file, or with every unknown key, missing key, wrong type and damaged id, each with line and column
 */
export function readMappingTree(file: TextFile): MappingFile {
  const reader = new TreeReader();
  const root = parseTree(file);
  assertUsable(findPlaceholders(root));
  const record =
    reader.record(root, "a mapping file", ["company", "locations", "otherCompanies", "vendors"]) ?? new Map();
  for (const key of ["company", "locations"]) {
    if (root.kind === "record" && !record.has(key)) reader.refuse(root.place, `the file has no ${key}.`);
  }
  const useOfTarget = findTargetUses(record.get("vendors")?.value);
  const readOwner = (company: TreeNode | undefined, locations: TreeNode | undefined, what: string) => {
    const owner = company === undefined ? NO_COMPANY : readCompany(reader, company, `the ${what}company`);
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
  const vendors = readVendors(reader, record.get("vendors")?.value);
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

const NO_COMPANY: Company = { id: "", name: "", providers: {} };

type UseOfTarget = (providerId: string) => TextUse;

/** What the targets of each provider are; the vendor of a provider is read only as far as that needs. */
function findTargetUses(node: TreeNode | undefined): UseOfTarget {
  const sections = node?.kind === "record" ? node.entries : undefined;
  return (providerId) => {
    const section = sections?.get(providerId)?.value;
    const named = section?.kind === "record" ? section.entries.get("vendor")?.value : undefined;
    const name = named?.kind === "text" ? named.text : providerId;
    return targetUseOf(findVendor(name));
  };
}

const COMPANY_TEXTS: readonly TextField[] = [
  { key: "id", use: "ownId", required: true },
  { key: "name", use: "name", required: true },
];

function readCompany(reader: TreeReader, node: TreeNode, what: string): Company {
  const record = reader.record(node, what, COMPANY_KEYS) ?? new Map();
  const owner = { what, place: node.place };
  const { id = "", name = "" } = reader.texts(record, owner, COMPANY_TEXTS);
  const fields: readonly TextField[] = [{ key: "code", use: "id" }];
  const providers = readProviders(reader, record, {
    owner,
    keys: COMPANY_PROVIDER_KEYS,
    fieldsOf: () => fields,
  });
  return { id, name, providers };
}

const LOCATION_TEXTS: readonly TextField[] = [
  { key: "zoneName", use: "name" },
  { key: "region" },
  { key: "id", use: "ownId", required: true },
  { key: "companyId", use: "ownId" },
  { key: "name", use: "name", required: true },
];

function readLocation(
  reader: TreeReader,
  node: TreeNode,
  { owner: company, index, useOfTarget }: { owner: Company; index: number; useOfTarget: UseOfTarget },
): PlacedLocation {
  const named = node.kind === "record" ? node.entries.get("id")?.value : undefined;
  const what = named?.kind === "text" ? `location "${named.text}"` : `location ${index + 1}`;
  const record = reader.record(node, what, LOCATION_KEYS) ?? new Map();
  const owner = { what, place: node.place };
  const {
    id = "",
    companyId = company.id,
    name = "",
    ...texts
  } = reader.texts(record, owner, LOCATION_TEXTS);
  const providers = readProviders(reader, record, {
    owner,
    keys: LOCATION_PROVIDER_KEYS,
    fieldsOf: (providerId) => [{ key: "target", use: useOfTarget(providerId) }, { key: "stage" }],
  });
  return { location: { id, companyId, name, ...texts, providers }, place: node.place };
}

interface ProviderReading {
  readonly owner: RecordOwner;
  readonly keys: readonly string[];
  readonly fieldsOf: (providerId: string) => readonly TextField[];
}

function readProviders(reader: TreeReader, record: TreeRecord, { owner, keys, fieldsOf }: ProviderReading) {
  // A null prototype, so that a provider called "constructor" is not found in a record that lacks it.
  const providers: Record<string, { enabled: boolean }> = Object.create(null);
  const node = record.get("providers")?.value;
  if (node === undefined) {
    reader.refuse(owner.place, `${owner.what} has no providers; write {} for none.`);
    return providers;
  }
  for (const [id, { value, place }] of reader.record(node, `providers of ${owner.what}`) ?? []) {
    const what = `provider "${id}" of ${owner.what}`;
    const entry = reader.record(value, what, keys) ?? new Map();
    if (!entry.has("enabled")) reader.refuse(place, `${what} does not say whether it is enabled.`);
    const enabled = reader.flagAt(entry, "enabled", what) ?? false;
    const texts = reader.texts(entry, { what, place }, fieldsOf(id));
    const { stage } = texts;
    if (stage !== undefined && !isStage(stage)) {
      const at = entry.get("stage")?.value.place ?? place;
      reader.refuse(at, `stage of ${what} must be setup, testing or live.`);
    }
    providers[id] = { enabled, ...texts };
  }
  return providers;
}

function readVendors(reader: TreeReader, node: TreeNode | undefined): Map<string, VendorNode> {
  const vendors = new Map<string, VendorNode>();
  for (const [id, { value, place }] of (node && reader.record(node, "vendors")) ?? []) {
    const what = `vendors.${id}`;
    const entries = value.kind === "record" ? value.entries : new Map();
    const { vendor } = entries.has("vendor")
      ? reader.texts(entries, { what, place }, [{ key: "vendor" }])
      : { vendor: id };
    if (vendor === undefined || findVendor(vendor) === undefined) {
      const known = VENDOR_NAMES.join(", ");
      reader.refuse(place, `${what} does not say of which vendor it is: write vendor: and one of ${known}.`);
    } else vendors.set(id, { vendor, place, node: value });
  }
  return vendors;
}

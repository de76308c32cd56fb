import type { VendorDescriptor } from "../../core/vendor/vendor-descriptor.ts";
import { assertUsable, type Place, type Problem, UnusableInput } from "../unusable-input.ts";
import { findVendor, type MappedFacts, NO_FACTS, VENDOR_NAMES } from "../vendors/known-vendors.ts";
import { readSection } from "../vendors/read-section.ts";
import type { MappingFile } from "./mapping-file.ts";
import { TreeReader } from "./tree.ts";

/** A provider of a mapping file, and what is known of its vendor. */
export interface MappedProvider {
  readonly providerId: string;
  readonly vendor: VendorDescriptor;
  readonly facts: MappedFacts;
  /** What was read of its section, and may be meant otherwise. */
  readonly warnings: readonly Problem[];
}

/**
 * The providers that a mapping file is about: those that it has a section for, and those that are switched on
 * somewhere. Without a section, a provider's id must be its vendor's name.
 *
 * @param wanted ids or vendors to leave it at; empty: all
 * @throws UnusableInput when a provider's vendor is not known, a section cannot be read, or none is left
 */
export function findProviders(mapping: MappingFile, wanted: readonly string[]): MappedProvider[] {
  const problems: Problem[] = [];
  const providers = [...listIds(mapping)].flatMap(([providerId, place]): MappedProvider[] => {
    const section = mapping.vendors.get(providerId);
    const vendor = findVendor(section?.vendor ?? providerId);
    if (vendor === undefined) {
      const message = `provider "${providerId}" is switched on, but the file does not say of which vendor it is. Add vendors: ${providerId}: vendor: and one of ${VENDOR_NAMES.join(", ")}.`;
      problems.push({ place, message });
      return [];
    }
    const reader = new TreeReader();
    const facts =
      section === undefined
        ? NO_FACTS
        : readSection(vendor, section.node, { reader, what: `vendors.${providerId}` });
    problems.push(...reader.problems);
    return [{ providerId, vendor, facts, warnings: reader.warnings }];
  });
  assertUsable(problems);
  return select(providers, wanted);
}

function listIds({ name, company, locations, vendors }: MappingFile): Map<string, Place> {
  const ids = new Map<string, Place>([...vendors].map(([id, { place }]) => [id, place]));
  const add = (providers: Readonly<Record<string, { enabled: boolean }>>, place: Place) => {
    for (const [id, { enabled }] of Object.entries(providers))
      if (enabled && !ids.has(id)) ids.set(id, place);
  };
  add(company.providers, { file: name });
  for (const { location, place } of locations) add(location.providers, place);
  return ids;
}

function select(providers: MappedProvider[], wanted: readonly string[]): MappedProvider[] {
  const fits = ({ providerId, vendor }: MappedProvider, name: string) =>
    providerId === name || vendor.name === name;
  const absent = wanted.filter((name) => !providers.some((provider) => fits(provider, name)));
  if (absent.length > 0) {
    const there = providers.map(({ providerId }) => providerId).join(", ");
    throw new UnusableInput(
      `The file has no provider ${absent.join(", ")}. ${there === "" ? "None is switched on." : `It has: ${there}.`}`,
    );
  }
  const chosen =
    wanted.length === 0 ? providers : providers.filter((one) => wanted.some((name) => fits(one, name)));
  if (chosen.length === 0)
    throw new UnusableInput("No provider is switched on in this file: there is nothing to check.");
  return chosen;
}

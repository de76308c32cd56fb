import type { VendorFacts, VendorSettings } from "../../core/vendor/vendor-descriptor.ts";
import type { EntryList } from "../input/entry-list.ts";

/** What is known of one provider's vendor, from the mapping file and the files that flags name, with places. */
export interface MappedFacts {
  /** What the vendor has. Absent: no file says. */
  readonly list?: EntryList | undefined;
  /** The other keys, by name. */
  readonly settings: VendorSettings;
}

/** Nothing is known. */
export const NO_FACTS: MappedFacts = { settings: {} };

/** The same without places, as a vendor's descriptor takes it. */
export function toVendorFacts({ list, settings }: MappedFacts): VendorFacts {
  if (list === undefined) return { settings };
  const { entries, complete, fetchedAt } = list;
  return {
    settings,
    list: {
      entries: entries.map(({ value }) => value),
      complete,
      ...(fetchedAt === undefined ? {} : { fetchedAt }),
    },
  };
}

import type { ListedRegistration, PushProvider } from "../../core/provider.ts";
import { isOwnReference } from "../../core/registration/identity.ts";
import type { Pace } from "../pace/pace.ts";

/** The records of one target that carry a reference of this package. */
export interface VendorView {
  /** By reference: the end of each record, in milliseconds. `Infinity`: it has no end. */
  readonly ends: Map<string, number>;
  /** The whole records of the references in `only`, by reference. */
  readonly entries: ReadonlyMap<string, ListedRegistration>;
  /** Whether the list was complete. */
  readonly complete: boolean;
  readonly listed: number;
  readonly foreign: number;
}

/**
 * Lists one target and keeps a reference and a number per record of this package, so that a zone with 100,000 rights
 * takes some 20 MB. With `only`, it keeps only those references, with their whole records.
 */
export async function readVendorView(
  provider: PushProvider,
  target: string,
  options: {
    pace: Pace;
    now: Date;
    testPlates: ReadonlySet<string>;
    only?: ReadonlySet<string>;
    signal?: AbortSignal;
  },
): Promise<VendorView> {
  const { pace, now, testPlates, only, signal } = options;
  const ends = new Map<string, number>();
  const entries = new Map<string, ListedRegistration>();
  const slicer = pace.createSlicer();
  let [complete, listed, foreign] = [false, 0, 0];
  const query = signal === undefined ? { target } : { target, signal };
  for await (const { registrations, end } of provider.listRegistrations?.(query) ?? []) {
    for (const entry of registrations) {
      if (slicer.isOver) await slicer.nextTurn();
      listed += 1;
      const { reference, plate, validTo } = entry;
      if (reference === undefined || !isOwnReference(reference)) foreign += 1;
      else if (!isTestPlate(plate, testPlates) && (only === undefined || only.has(reference))) {
        const until = validTo?.getTime() ?? Number.POSITIVE_INFINITY;
        // Pages may overlap: a record that appears twice counts once.
        if (until > now.getTime()) ends.set(reference, Math.max(until, ends.get(reference) ?? until));
        if (only !== undefined) entries.set(reference, entry);
      }
    }
    complete = end === "complete";
  }
  return { ends, entries, complete, listed, foreign };
}

function isTestPlate(plate: ListedRegistration["plate"], testPlates: ReadonlySet<string>): boolean {
  return plate !== undefined && testPlates.has(plate.number);
}

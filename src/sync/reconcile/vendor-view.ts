import type { ListedRegistration, PushProvider } from "../../core/provider.ts";
import { isOwnReference } from "../../core/registration/identity.ts";
import { createSlicer } from "../pace/slicer.ts";

/** What a vendor shows of ours at one target. */
export interface VendorView {
  /** The end of each record that carries a reference of ours, in milliseconds. `Infinity`: none. */
  readonly ends: Map<string, number>;
  /** The records themselves, of those that were asked for. */
  readonly entries: ReadonlyMap<string, ListedRegistration>;
  /** Whether everything was shown. */
  readonly complete: boolean;
  readonly listed: number;
  readonly foreign: number;
}

/**
 * Lists one target and keeps what is ours: a reference and a number for each, so that a zone with 100,000 rights takes
 * some 20 MB. `only`: keeps no others, but whole.
 */
export async function readVendorView(
  provider: PushProvider,
  target: string,
  options: { now: Date; testPlates: ReadonlySet<string>; only?: ReadonlySet<string>; signal?: AbortSignal },
): Promise<VendorView> {
  const { now, testPlates, only, signal } = options;
  const ends = new Map<string, number>();
  const entries = new Map<string, ListedRegistration>();
  const slicer = createSlicer();
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
        // Pages may overlap: the same record twice is one.
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

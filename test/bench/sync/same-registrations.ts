import type { Child } from "./child.ts";
import { askForRun, type Entry } from "./take-turns.ts";
import type { Vendor } from "./vendor.ts";

/** All of them say the same to the vendor, instants of decision and order aside. */
export async function assertSameRegistrations(
  vendor: Vendor,
  children: ReadonlyMap<string, Child>,
): Promise<void> {
  const said = new Map<string, string>();
  for (const [name, child] of children) {
    await vendor.keep();
    await askForRun(child, { permits: 250 });
    said.set(name, await vendor.digest());
  }
  if (new Set(said.values()).size > 1) throw new Error(`Not the same work: ${JSON.stringify([...said])}`);
}

/** Throws unless the vendor got every registration of a turn, each once. */
export function countRegistrations(vendor: Vendor): (entry: Entry) => Promise<void> {
  return async ({ name, permits }) => {
    const { registrations } = await vendor.count();
    if (registrations !== permits)
      throw new Error(`${name}: the vendor got ${registrations} registrations of ${permits} permits.`);
  };
}

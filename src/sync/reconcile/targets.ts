import type { Directory } from "../../core/directory/directory.ts";
import { readAnsweredLocations } from "../../core/directory/read-answers.ts";
import { providerEntry } from "../../core/directory/switches.ts";
import type { PushProvider, Zone } from "../../core/provider.ts";
import type { Ledger } from "../ledger/ledger.ts";

/**
 * The targets where rights of this package may be: those that the ledger knows and those that the directory names now,
 * by the name on the vendor's wire. Each comes with all the names that the ledger may use for it. Sorted, so that
 * progress is readable.
 */
export async function listTargetNames(options: {
  provider: PushProvider;
  ledger: Ledger;
  directory: Directory;
  /** Targets that the host names besides. */
  also: readonly string[];
  signal: AbortSignal | undefined;
}): Promise<[target: string, names: ReadonlySet<string>][]> {
  const { provider, ledger, directory, also, signal } = options;
  const written = new Set(also);
  for await (const target of ledger.listTargets(provider.id)) written.add(target);
  for await (const companyId of ledger.listCompanies()) {
    // A location that cannot be read is compared by what the ledger knows of it. At a target that the ledger does not
    // know yet, there is no right.
    const { sound } = readAnsweredLocations(await directory.listLocations(companyId), companyId);
    for (const location of sound) {
      const target = providerEntry(location.providers, provider.id)?.target;
      if (target !== undefined) written.add(target);
    }
  }
  const zones = indexZones(await listZones(provider, signal));
  const names = new Map<string, Set<string>>();
  for (const name of written) {
    const target = zones(name);
    names.set(target, (names.get(target) ?? new Set([target])).add(name));
  }
  return [...names].sort(([one], [other]) => (one < other ? -1 : 1));
}

async function listZones(provider: PushProvider, signal: AbortSignal | undefined): Promise<readonly Zone[]> {
  if (!provider.capabilities.listZones) return [];
  const list = await provider.listZones?.(signal === undefined ? {} : { signal });
  return list?.zones ?? [];
}

/**
 * The target of a name: the zone's id where the name is an id, or the number or name of exactly one zone. Otherwise the
 * name itself.
 */
function indexZones(zones: readonly Zone[]): (name: string) => string {
  const ids = new Map(zones.map(({ id }) => [id.toLowerCase(), id]));
  const byName = new Map<string, Set<string>>();
  for (const { id, number, name } of zones) {
    for (const key of [number, name]) {
      if (key !== undefined) byName.set(key, (byName.get(key) ?? new Set()).add(id));
    }
  }
  return (name) => {
    const named = byName.get(name);
    return ids.get(name.toLowerCase()) ?? (named?.size === 1 ? ([...named][0] ?? name) : name);
  };
}

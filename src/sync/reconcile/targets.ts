import type { Directory } from "../../core/directory/directory.ts";
import { readAnsweredLocations } from "../../core/directory/read-answers.ts";
import { providerEntry } from "../../core/directory/switches.ts";
import type { PushProvider, Zone } from "../../core/provider.ts";
import type { Ledger } from "../ledger/ledger.ts";

/**
 * Where rights of ours may be: what the ledger knows and what the directory names now, by the name on the vendor's wire.
 * Each with all the names that the ledger may use for it. Sorted, so that a host sees where it is.
 */
export async function listTargetNames(options: {
  provider: PushProvider;
  ledger: Ledger;
  directory: Directory;
  /** Whatever else the host names. */
  also: readonly string[];
  signal: AbortSignal | undefined;
}): Promise<[target: string, names: ReadonlySet<string>][]> {
  const { provider, ledger, directory, also, signal } = options;
  const written = new Set(also);
  for await (const target of ledger.listTargets(provider.id)) written.add(target);
  for await (const companyId of ledger.listCompanies()) {
    // What the ledger knows of a location that cannot be read is compared; a target that it does not know yet has nothing.
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
  if (!provider.capabilities.listZones || provider.listZones === undefined) return [];
  return (await provider.listZones(signal === undefined ? {} : { signal })).zones;
}

/** A name's target: its zone's id, where it is the id, or the number or name of one zone. Otherwise itself. */
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

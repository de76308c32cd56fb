import { providerEntry } from "../../core/directory/switches.ts";
import type { PushProvider, Zone } from "../../core/provider.ts";
import type { CompanyViews } from "../deliver/company-views.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** One target where rights of this package may be. */
export interface KnownTarget {
  /** The name on the vendor's wire. */
  readonly target: string;
  /** Every name that the ledger may use for it. */
  readonly names: ReadonlySet<string>;
  /** A company with a location there; any company where the directory names none. */
  readonly companyId: string;
}

// Only where the ledger has no company at all.
const NO_COMPANY = "unknown";

/**
 * The targets where rights of this package may be: those that the ledger knows and those that the directory names now.
 * Sorted, so that progress is readable.
 */
export async function listKnownTargets(options: {
  provider: PushProvider;
  ledger: Ledger;
  views: Pick<CompanyViews, "read">;
  /** Targets that the host names besides. */
  also: readonly string[];
  signal: AbortSignal | undefined;
}): Promise<KnownTarget[]> {
  const { provider, ledger, views, also, signal } = options;
  const written = new Set(also);
  const companies = new Map<string, string>();
  let anyCompany: string | undefined;
  for await (const target of ledger.listTargets(provider.id)) written.add(target);
  for await (const companyId of ledger.listCompanies()) {
    anyCompany ??= companyId;
    // A company or location that cannot be read is compared by what the ledger knows of it. At a target that the ledger
    // does not know yet, there is no right.
    const view = await views.read(companyId);
    for (const location of view?.locations.values() ?? []) {
      const target = providerEntry(location.providers, provider.id)?.target;
      if (target === undefined) continue;
      written.add(target);
      companies.set(target, companyId);
    }
  }
  const zones = indexZones(await listZones(provider, signal));
  const byTarget = Map.groupBy(written, zones);
  return [...byTarget.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([target, names]) => ({
      target,
      names: new Set([target, ...names]),
      companyId:
        names.map((name) => companies.get(name)).find((id) => id !== undefined) ?? anyCompany ?? NO_COMPANY,
    }));
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

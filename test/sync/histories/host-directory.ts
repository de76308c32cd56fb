import type { Company, Directory, Location } from "../../../src/core/directory/directory.ts";

/** A change that a host makes to its companies and locations. */
export type DirectoryEdit =
  | {
      readonly edit: "company_switch";
      readonly companyId: string;
      readonly providerId: string;
      readonly on: boolean;
    }
  | {
      readonly edit: "location_switch";
      readonly locationId: string;
      readonly providerId: string;
      readonly on: boolean;
    }
  /** `null`: the location has no target any more. */
  | {
      readonly edit: "target";
      readonly locationId: string;
      readonly providerId: string;
      readonly target: string | null;
    }
  /** Two locations change places on the vendor's side. */
  | { readonly edit: "swap"; readonly locationIds: readonly [string, string]; readonly providerId: string }
  | { readonly edit: "region"; readonly locationId: string; readonly region: string | null }
  /** A location that is taken out of the directory, or put back. */
  | { readonly edit: "presence"; readonly locationId: string; readonly present: boolean };

/** The host's directory: what it says changes while the sync runs, and sometimes it cannot be read. */
export interface HostDirectory {
  readonly directory: Directory;
  apply(edit: DirectoryEdit): void;
  /** The next company that is read arrives after the wait, as it was before. */
  slowNext(wait: () => Promise<void>): void;
  /** How many of the next reads fail. */
  failNext(reads: number): void;
  listLocations(companyId: string): Location[];
  getCompany(companyId: string): Company;
}

type Entry = { enabled: boolean; target?: string };
interface Place {
  readonly id: string;
  readonly companyId: string;
  region: string | null;
  present: boolean;
  readonly providers: Map<string, Entry>;
}

export const COMPANY_IDS = ["university", "city"] as const;
export const LOCATIONS_OF: Readonly<Record<string, readonly string[]>> = {
  university: ["north", "south", "east"],
  city: ["pier", "market"],
};

/** Where a location stands at first on each vendor's side; some are mapped only later. */
export function firstTarget(locationId: string): string | null {
  return locationId === "east" ? null : `zone-${locationId}`;
}

export function createHostDirectory(providerIds: readonly string[]): HostDirectory {
  const switches = new Map(COMPANY_IDS.map((id) => [id as string, new Set(providerIds)]));
  const places = new Map<string, Place>();
  for (const companyId of COMPANY_IDS) {
    for (const id of LOCATIONS_OF[companyId] ?? []) {
      const target = firstTarget(id);
      const entry = (): Entry => (target === null ? { enabled: true } : { enabled: true, target });
      const providers = new Map(providerIds.map((providerId) => [providerId, entry()]));
      places.set(id, { id, companyId, region: id === "pier" ? null : "CA-NB", present: true, providers });
    }
  }
  let failures = 0;
  let nextWait: (() => Promise<void>) | undefined;

  const getEntry = (locationId: string, providerId: string): Entry => {
    const entry = places.get(locationId)?.providers.get(providerId);
    if (entry === undefined) throw new Error(`No entry of ${providerId} at ${locationId}.`);
    return entry;
  };

  function setTarget(entry: Entry, target: string | null | undefined): void {
    if (target === null || target === undefined) delete entry.target;
    else entry.target = target;
  }

  const getCompany = (id: string): Company => ({
    ...{ id, name: id },
    providers: Object.fromEntries(
      providerIds.map((p) => [p, { enabled: switches.get(id)?.has(p) === true }]),
    ),
  });

  const listLocations = (companyId: string): Location[] =>
    [...places.values()]
      .filter((place) => place.companyId === companyId && place.present)
      .map(({ id, region, providers }) => ({
        ...{ id, companyId, name: id },
        ...(region === null ? {} : { region }),
        providers: Object.fromEntries([...providers].map(([p, entry]) => [p, { ...entry }])),
      }));

  function read<Value>(value: () => Value): Value {
    if (failures === 0) return value();
    failures -= 1;
    throw new Error("The host's database is away.");
  }

  return {
    directory: {
      getCompany(id) {
        const company = read(() => (switches.has(id) ? getCompany(id) : undefined));
        const wait = nextWait;
        nextWait = undefined;
        return wait === undefined ? company : wait().then(() => company);
      },
      listLocations: async (companyId) => read(() => listLocations(companyId)),
    },
    getCompany,
    listLocations,
    slowNext(wait) {
      nextWait = wait;
    },
    failNext(reads) {
      failures = reads;
    },
    apply(edit) {
      if (edit.edit === "company_switch") {
        const on = switches.get(edit.companyId);
        if (edit.on) on?.add(edit.providerId);
        else on?.delete(edit.providerId);
      } else if (edit.edit === "swap") {
        const [one, other] = edit.locationIds.map((id) => getEntry(id, edit.providerId));
        const [targetOfOne, targetOfOther] = [one?.target, other?.target];
        if (one !== undefined) setTarget(one, targetOfOther);
        if (other !== undefined) setTarget(other, targetOfOne);
      } else if (edit.edit === "location_switch") {
        getEntry(edit.locationId, edit.providerId).enabled = edit.on;
      } else if (edit.edit === "target") {
        setTarget(getEntry(edit.locationId, edit.providerId), edit.target);
      } else {
        const place = places.get(edit.locationId);
        if (place === undefined) throw new Error(`No location ${edit.locationId}.`);
        if (edit.edit === "region") place.region = edit.region;
        else place.present = edit.present;
      }
    },
  };
}

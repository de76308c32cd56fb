import type { Registration } from "../../../src/core/registration/registration.ts";
import type { HostDirectory } from "./host-directory.ts";
import type { ExpectedPermit } from "./host-permits.ts";

/** A right that a vendor should show, from the permits and the directory alone. */
export interface WantedRight {
  readonly permitId: string;
  readonly locationId: string;
  readonly plateNumber: string;
  readonly region: string | undefined;
  readonly target: string;
  readonly from: number;
  readonly to: number | null;
}

/**
 * What a vendor should show for a permit whatever the time is. Written separately here, as simply as possible, so that it does
 * not share a mistake with what it judges.
 */
export function wantedRights(
  { spec, state }: ExpectedPermit,
  host: Pick<HostDirectory, "getCompany" | "listLocations">,
  providerId: string,
): WantedRight[] {
  if (state !== "active") return [];
  if (host.getCompany(spec.companyId).providers[providerId]?.enabled !== true) return [];
  const wanted = new Map<string, WantedRight>();
  for (const location of host.listLocations(spec.companyId)) {
    const entry = location.providers[providerId];
    if (!spec.locationIds.includes(location.id)) continue;
    if (entry?.enabled !== true || entry.target === undefined) continue;
    for (const text of spec.plates) {
      const [plateNumber = "", written] = text.split("/");
      const region = written ?? location.region;
      wanted.set(`${location.id} ${plateNumber} ${region}`, {
        ...{ permitId: spec.id, locationId: location.id, plateNumber, region, target: entry.target },
        ...{ from: spec.from, to: spec.to },
      });
    }
  }
  return [...wanted.values()];
}

/** Whether a right of the vendor's is the one that is wanted, whatever its end. */
export function isSameRight(wanted: WantedRight, right: Omit<WantedRight, "to">): boolean {
  return (
    wanted.permitId === right.permitId &&
    wanted.locationId === right.locationId &&
    wanted.plateNumber === right.plateNumber &&
    wanted.region === right.region &&
    wanted.target === right.target &&
    wanted.from === right.from
  );
}

/** A registration of the ledger's, in the words of this file. */
export function toRight(registration: Registration): Omit<WantedRight, "to"> {
  const { permitId, locationId, plate, target, validFrom } = registration;
  return {
    ...{ permitId, locationId, target, plateNumber: plate.number, region: plate.region },
    from: Date.parse(validFrom),
  };
}

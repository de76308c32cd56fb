import type { Clock } from "../../../core/clock.ts";
import { HotSpotRefusal } from "./refusal.ts";
import type { ChangeBody, CreateBody, NoteDeviation } from "./schema.ts";

/** A permit as the sandbox holds it. */
export interface HotSpotSandboxPermit {
  /** The reference that the client chose. */
  readonly permitReference: string;
  /** The reference that the vendor gave. */
  readonly reference: string;
  readonly plate: string;
  readonly region: string;
  readonly country: "CA" | "US";
  readonly spotId: string;
  readonly startTime: Date;
  /** Exclusive. For a cancelled permit the instant at which it ended. */
  readonly endTime: Date;
  readonly status: "active" | "cancelled";
  /** True when another party sent it. */
  readonly foreign: boolean;
}

/** A permit of another party. */
export type HotSpotForeignPermit = Omit<HotSpotSandboxPermit, "status" | "foreign">;

/** Creates the store of permits, with the rules by which they change. A change that is not allowed throws a refusal. */
export function createPermitBook({
  clock,
  spotIds,
  oneRightPerPlateAndSpot,
}: {
  clock: Clock;
  spotIds: readonly string[];
  oneRightPerPlateAndSpot: boolean;
}) {
  const permits = new Map<string, HotSpotSandboxPermit>();
  const foreignPermits = new Map<string, HotSpotSandboxPermit>();
  const listAll = () => [...permits.values(), ...foreignPermits.values()];

  function save(permit: HotSpotSandboxPermit): HotSpotSandboxPermit {
    permits.set(permit.permitReference, permit);
    return permit;
  }

  function findRival({ Plate, SpotID }: CreateBody): HotSpotSandboxPermit | undefined {
    if (!oneRightPerPlateAndSpot) return undefined;
    const now = clock();
    return listAll().find(
      ({ plate, spotId, status, endTime }) =>
        plate === Plate && spotId === SpotID && status === "active" && now < endTime,
    );
  }

  function getPermit({ PermitReference, Reference }: ChangeBody): HotSpotSandboxPermit {
    const found =
      Reference === undefined
        ? permits.get(PermitReference ?? "")
        : [...permits.values()].find(({ reference }) => reference === Reference);
    const isMeant = PermitReference === undefined || found?.permitReference === PermitReference;
    if (found === undefined || !isMeant) throw new HotSpotRefusal(9009);
    return found;
  }

  return {
    permits,
    foreignPermits,
    listAll,
    create(body: CreateBody): HotSpotSandboxPermit {
      const { StartTime: startTime, EndTime: endTime } = body;
      if (endTime <= startTime) throw new HotSpotRefusal(9005);
      if (!spotIds.includes(body.SpotID)) throw new HotSpotRefusal(9010);
      const existing =
        permits.get(body.PermitReference) ?? foreignPermits.get(body.PermitReference) ?? findRival(body);
      if (existing !== undefined) throw alreadyExists(existing);
      return save({
        permitReference: body.PermitReference,
        reference: `HS-${String(permits.size + 1).padStart(6, "0")}`,
        plate: body.Plate,
        region: body.Region,
        country: body.Country,
        spotId: body.SpotID,
        startTime,
        endTime,
        status: "active",
        foreign: false,
      });
    },
    update(body: ChangeBody): HotSpotSandboxPermit {
      const permit = getPermit(body);
      if (permit.status === "cancelled") throw new HotSpotRefusal(9009);
      const endTime = body.EndTime ?? clock();
      if (endTime <= permit.startTime) throw new HotSpotRefusal(9005);
      return save({ ...permit, endTime });
    },
    /** A repeat leaves the cancelled permit as it is. */
    cancel(body: ChangeBody, note: NoteDeviation): HotSpotSandboxPermit {
      const permit = getPermit(body);
      if (permit.status === "cancelled") return permit;
      const { startTime } = permit;
      const asked = body.EndTime ?? clock();
      const isEarly = asked < startTime;
      // What ends now may not have started; an end that was written is the client's own.
      if (isEarly && body.EndTime !== undefined) note("EndTime is before the start of the permit", 9005);
      return save({ ...permit, endTime: isEarly ? startTime : asked, status: "cancelled" });
    },
    addForeign(permit: HotSpotForeignPermit): HotSpotSandboxPermit {
      const foreign: HotSpotSandboxPermit = { ...permit, status: "active", foreign: true };
      foreignPermits.set(foreign.permitReference, foreign);
      return foreign;
    },
  };
}

function alreadyExists({ reference, permitReference }: HotSpotSandboxPermit): HotSpotRefusal {
  return new HotSpotRefusal(9022, { fields: { Reference: reference, PermitReference: permitReference } });
}

import { EnforcementError, isEnforcementError } from "../../core/errors.ts";
import type { FoundRight } from "../../core/provider.ts";
import { subdivisionOf } from "../../core/region.ts";
import type { Attempt } from "../../http/client.ts";
import { parseJsonReply } from "../../http/json.ts";
import type { AuthorizedClient } from "./access-token.ts";
import type { PassportConfig } from "./config.ts";
import { PARKING_RIGHTS_PATH, parkingRightRecord, parkingRightsReply, type SessionChange } from "./wire.ts";

/** Reads back what an officer sees (seen in client code). It needs a scope that an account may lack. */
export interface ReadBack {
  /** False from the moment Passport says that the account may not read, and where zones are external. */
  readonly available: boolean;
  /** @throws EnforcementError `unsupported` when it is not available */
  find(attempt: Attempt, query: ReadBackQuery): Promise<FoundRight[]>;
  /** Whether the change's session is shown with a later end than the change's. */
  showsBeyond(attempt: Attempt, change: SessionChange): Promise<boolean>;
  /** Whether a change that Passport accepted is visible. True where nobody can know. */
  confirms(attempt: Attempt, change: SessionChange): Promise<boolean>;
}

export interface ReadBackQuery {
  /** The zone's id. */
  readonly zone: string;
  readonly plate: { readonly number: string; readonly region?: string };
}

export function createReadBack(client: AuthorizedClient, config: PassportConfig): ReadBack {
  // Parking rights are asked for by Passport's own zone id, which a third party's id is not.
  let available = config.zoneIds === "passport";

  async function find(attempt: Attempt, { zone, plate }: ReadBackQuery): Promise<FoundRight[]> {
    if (!available) throw unsupported();
    const url = new URL(`${config.baseUrl}${PARKING_RIGHTS_PATH}`);
    url.searchParams.set("operator_id", config.operatorId);
    url.searchParams.set("zone_id", zone);
    url.searchParams.set("vehicle_plate", plate.number);
    if (plate.region !== undefined) url.searchParams.set("vehicle_state", subdivisionOf(plate.region));
    try {
      const reply = await client.send(attempt, { method: "GET", url: url.href, changes: false });
      const { data } = parseJsonReply(reply, parkingRightsReply, { changes: false });
      return data.flatMap(toFoundRight);
    } catch (thrown) {
      if (!isEnforcementError(thrown) || thrown.status !== 403) throw thrown;
      available = false;
      throw unsupported();
    }
  }

  /** The ends under which a session is shown. Empty when it is not shown. */
  async function findEnds(attempt: Attempt, change: SessionChange): Promise<(Date | null)[]> {
    const rights = await find(attempt, { zone: change.zone, plate: change.registration.plate });
    return rights.flatMap(({ reference, validTo }) => (reference === change.sessionId ? [validTo] : []));
  }

  async function showsBeyond(attempt: Attempt, change: SessionChange): Promise<boolean> {
    return (await findEnds(attempt, change)).some((end) => end === null || end > change.end);
  }

  return {
    get available() {
      return available;
    },
    find,
    showsBeyond,
    async confirms(attempt, change) {
      const now = config.http.clock();
      // A right that has not begun is not shown to officers; there is nothing to look for.
      if (!available || new Date(change.registration.validFrom) > now) return true;
      try {
        // Nor is one that is over, but it must not be shown as one that goes on.
        if (change.end <= now) return !(await showsBeyond(attempt, change));
        return (await findEnds(attempt, change)).some((end) => end?.getTime() === change.end.getTime());
      } catch (thrown) {
        if (isEnforcementError(thrown) && thrown.code === "unsupported") return true;
        throw thrown;
      }
    },
  };
}

function unsupported(): EnforcementError {
  return new EnforcementError(
    "unsupported",
    "Parking rights cannot be read back: the account lacks the scope, or zones are external. Ask Passport for it, or look in OpsMan.",
  );
}

function toFoundRight(record: unknown): FoundRight[] {
  const parsed = parkingRightRecord.safeParse(record);
  if (!parsed.success) return [];
  const { zone_id, start_time, end_time, reference_id } = parsed.data;
  const validFrom = new Date(start_time);
  const validTo = end_time ? new Date(end_time) : null;
  if (Number.isNaN(validFrom.getTime()) || Number.isNaN(validTo?.getTime() ?? 0)) return [];
  return [{ target: zone_id, validFrom, validTo, ...(reference_id ? { reference: reference_id } : {}) }];
}

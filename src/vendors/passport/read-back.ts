import { EnforcementError, isEnforcementError } from "../../core/errors.ts";
import { subdivisionOf } from "../../core/permit/region.ts";
import type { FoundRight } from "../../core/provider.ts";
import type { Attempt } from "../../http/client.ts";
import type { AuthorizedClient } from "./access-token.ts";
import type { PassportConfig } from "./config.ts";
import { createRightsList, type RightsPage } from "./rights-list.ts";
import { findRight, rightsUrl } from "./rights-record.ts";
import { meansToken, readAnswer } from "./verdict.ts";
import { parkingRightsReply, type SessionChange } from "./wire.ts";

/** Reads back what an officer sees (seen in client code). It needs a scope that an account may lack. */
export interface ReadBack {
  /** False from the moment Passport says that the account may not read, and where zones are external. */
  readonly available: boolean;
  /** Whether a zone may be listed as well: not any more once Passport refused the question without a plate. */
  readonly listable: boolean;
  /** @throws EnforcementError `unsupported` when it is not available */
  find(attempt: Attempt, query: ReadBackQuery): Promise<FoundRight[]>;
  /**
   * One page of everything that is shown in a zone: the first, or the one at `url`.
   *
   * @throws EnforcementError `unsupported` when it is not listable
   */
  list(attempt: Attempt, query: { zone: string; url?: URL | undefined }): Promise<RightsPage>;
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
  let listable = true;
  const requestPage = createRightsList(client, config);

  async function find(attempt: Attempt, { zone, plate }: ReadBackQuery): Promise<FoundRight[]> {
    if (!available) throw unsupported();
    const url = rightsUrl(config, zone);
    url.searchParams.set("vehicle_plate", plate.number);
    if (plate.region !== undefined) url.searchParams.set("vehicle_state", subdivisionOf(plate.region));
    try {
      const reply = await client.send(attempt, { method: "GET", url: url.href, changes: false });
      const { data } = readAnswer(reply, parkingRightsReply);
      return data.flatMap((record) => findRight(record)?.right ?? []);
    } catch (thrown) {
      if (!refusesQuestion(thrown, [403])) throw thrown;
      available = false;
      throw unsupported();
    }
  }

  async function list(attempt: Attempt, query: { zone: string; url?: URL | undefined }): Promise<RightsPage> {
    if (!available || !listable) throw unsupported();
    try {
      return await requestPage(attempt, query);
    } catch (thrown) {
      // That a plate may be left out is inferred. Where Passport wants one, it says 400 or 403 to the first page.
      if (!refusesQuestion(thrown, [400, 403]) || query.url !== undefined) throw thrown;
      listable = false;
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
    get listable() {
      return available && listable;
    },
    find,
    list,
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

/** Whether Passport itself refuses the question as such: a gateway's status or an old token must not switch reading off. */
function refusesQuestion(thrown: unknown, statuses: readonly number[]): boolean {
  if (!isEnforcementError(thrown) || thrown.vendorCode === undefined) return false;
  return statuses.includes(thrown.status ?? 0) && !meansToken(thrown, thrown.status);
}

function unsupported(): EnforcementError {
  return new EnforcementError(
    "unsupported",
    "Parking rights cannot be read back: the account lacks the scope, or zones are external. Ask Passport for it, or look in OpsMan.",
  );
}

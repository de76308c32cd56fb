import { EnforcementError, isEnforcementError } from "../../core/errors.ts";
import { timeOf } from "../../core/instant.ts";
import { subdivisionOf } from "../../core/permit/region.ts";
import type { FoundRight } from "../../core/provider.ts";
import type { Attempt } from "../../http/client.ts";
import type { AuthorizedClient } from "./access-token.ts";
import type { PassportConfig } from "./config.ts";
import { type RightsPage, readRights, readRightsPage, rightsUrl } from "./rights.ts";
import { meansToken } from "./verdict.ts";
import type { SessionChange } from "./wire.ts";

// Some 70,000 rights: more than a zone has, and little enough memory.
const MAX_PAGE_BYTES = 32 * 1024 * 1024;

export type ReadBack = ReturnType<typeof createReadBack>;

/** Reads back the rights that officers see (seen in client code). That needs a scope that an account may lack. */
export function createReadBack(client: AuthorizedClient, config: PassportConfig) {
  // Parking rights are read by Passport's own zone id, which an external id is not.
  let available = config.zoneIds === "passport";
  let listable = true;

  /** The rights of a plate in a zone, named by its id. @throws EnforcementError `unsupported` when it is not available */
  async function find(
    attempt: Attempt,
    { zone, plate }: { zone: string; plate: { readonly number: string; readonly region?: string } },
  ): Promise<FoundRight[]> {
    if (!available) throw unsupported();
    const url = rightsUrl(config, zone);
    url.searchParams.set("vehicle_plate", plate.number);
    if (plate.region !== undefined) url.searchParams.set("vehicle_state", subdivisionOf(plate.region));
    try {
      return readRights(await client.send(attempt, { method: "GET", url: url.href, changes: false }));
    } catch (thrown) {
      if (!refusesQuestion(thrown, [403])) throw thrown;
      available = false;
      throw unsupported();
    }
  }

  /**
   * One page of all rights that are shown in a zone: the first page, or the one at `url`.
   *
   * @throws EnforcementError `unsupported` when it is not listable
   */
  async function list(attempt: Attempt, query: { zone: string; url?: URL | undefined }): Promise<RightsPage> {
    if (!available || !listable) throw unsupported();
    const { operatorId } = config;
    const { zone, url = rightsUrl(config, zone) } = query;
    const request = { method: "GET", url: url.href, changes: false, maxReplyBytes: MAX_PAGE_BYTES };
    try {
      return readRightsPage(await client.send(attempt, request), { zone, operatorId, url });
    } catch (thrown) {
      // That the plate may be omitted is inferred: client code only shows requests with one. If Passport requires one, it
      // refuses the first page with 400 or 403.
      if (!refusesQuestion(thrown, [400, 403]) || query.url !== undefined) throw thrown;
      listable = false;
      throw unsupported();
    }
  }

  /** The ends with which Passport shows a session, in milliseconds. Empty when it does not show it. */
  async function findEnds(attempt: Attempt, change: SessionChange): Promise<number[]> {
    const rights = await find(attempt, { zone: change.zone, plate: change.registration.plate });
    return rights.flatMap(({ reference, validTo }) =>
      reference === change.sessionId ? [validTo?.getTime() ?? Number.POSITIVE_INFINITY] : [],
    );
  }

  /** Whether Passport shows the change's session with a later end than the change's. */
  async function showsBeyond(attempt: Attempt, change: SessionChange): Promise<boolean> {
    return (await findEnds(attempt, change)).some((end) => end > timeOf(change.end));
  }

  return {
    /** False with external zone ids, and once Passport has refused the account to read. */
    get available(): boolean {
      return available;
    },
    /** Whether a zone can be listed too. False once Passport has refused a request without a plate. */
    get listable(): boolean {
      return available && listable;
    },
    find,
    list,
    showsBeyond,
    /** Whether an accepted change is visible. True when it cannot be checked. */
    async confirms(attempt: Attempt, change: SessionChange): Promise<boolean> {
      const now = config.http.clock();
      // Passport does not show a right before its start, so it cannot be checked.
      if (!available || new Date(change.registration.validFrom) > now) return true;
      try {
        // An ended right is not shown either, but it must not be shown with a later end.
        if (timeOf(change.end) <= now.getTime()) return !(await showsBeyond(attempt, change));
        return (await findEnds(attempt, change)).includes(timeOf(change.end));
      } catch (thrown) {
        if (isEnforcementError(thrown) && thrown.code === "unsupported") return true;
        throw thrown;
      }
    },
  };
}

/** Whether Passport itself refuses the request. A gateway's status or an expired token must not end reading back. */
function refusesQuestion(thrown: unknown, statuses: readonly number[]): boolean {
  if (!isEnforcementError(thrown) || thrown.vendorCode === undefined) return false;
  return statuses.includes(thrown.status ?? 0) && !meansToken(thrown, thrown.status);
}

function unsupported(): EnforcementError {
  return new EnforcementError(
    "unsupported",
    "Parking rights cannot be read back: the account lacks the scope, or zones are external. Ask Passport for the scope, or look in OpsMan.",
  );
}

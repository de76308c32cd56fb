import type { ListedRegistration } from "../../core/provider.ts";
import type { Attempt } from "../../http/client.ts";
import type { AuthorizedClient } from "./access-token.ts";
import type { PassportConfig } from "./config.ts";
import { findContinuation } from "./continuation.ts";
import { findPlate, findRight, rightsUrl } from "./rights-record.ts";
import { readAnswer } from "./verdict.ts";
import { parkingRightsReply } from "./wire.ts";

// Some 70,000 rights: more than a zone has, and little enough memory.
const MAX_PAGE_BYTES = 32 * 1024 * 1024;

// Whether Passport limits the length of a list is unpublished. A list of one of these lengths that names no next page may have
// been cut there.
const USUAL_PAGE_SIZES = new Set([
  10, 20, 25, 50, 100, 200, 250, 500, 1_000, 2_000, 2_500, 5_000, 10_000, 20_000, 25_000, 50_000,
]);

/** One page of a zone's rights. */
export interface RightsPage {
  readonly registrations: readonly ListedRegistration[];
  /** The address of the next page; `undefined` after the last one. */
  readonly next: URL | undefined;
  /** False when rights are missing: a record could not be read, or a page could not be requested. */
  readonly whole: boolean;
}

/** Requests pages of parking rights without a plate (inferred: client code only shows requests with one). */
export function createRightsList(client: AuthorizedClient, config: PassportConfig) {
  return async (
    attempt: Attempt,
    { zone, url = rightsUrl(config, zone) }: { zone: string; url?: URL | undefined },
  ): Promise<RightsPage> => {
    const request = { method: "GET", url: url.href, changes: false, maxReplyBytes: MAX_PAGE_BYTES };
    const reply = await client.send(attempt, request);
    const page = readAnswer(reply, parkingRightsReply);
    const registrations: ListedRegistration[] = [];
    let unreadable = 0;
    for (const record of page.data) {
      const found = findRight(record);
      if (found === undefined) unreadable += 1;
      else if (isAsked(found, { zone, operatorId: config.operatorId })) {
        registrations.push({ ...found.right, target: zone, ...findPlate(found.vehicle) });
      }
    }
    const continuation = findContinuation(page, reply, url);
    const next = continuation === "strange" ? undefined : continuation;
    const cut = continuation === "strange" || (next === undefined && USUAL_PAGE_SIZES.has(page.data.length));
    return { registrations, next, whole: unreadable === 0 && !cut };
  };
}

function isAsked(
  { right, operatorId }: { right: { target: string }; operatorId: string | undefined },
  asked: { zone: string; operatorId: string },
): boolean {
  return (
    right.target.toLowerCase() === asked.zone && (operatorId === undefined || operatorId === asked.operatorId)
  );
}

import { fieldError, isUuid } from "../../core/fields.ts";
import type { Zone, ZoneList } from "../../core/provider.ts";
import type { Attempt, HttpClient } from "../../http/client.ts";
import type { AuthorizedClient } from "./access-token.ts";
import type { PassportConfig } from "./config.ts";
import { findContinuation } from "./continuation.ts";
import { readAnswer } from "./verdict.ts";
import { ZONES_PATH, zoneRecord, zonesReply } from "./wire.ts";

// Clients are seen to send `limit`; which values Passport takes is unpublished.
const PAGE_SIZE = 1000;
const MAX_PAGES = 50;
const MAX_PAGE_BYTES = 16 * 1024 * 1024;
const FRESH_FOR_MS = 15 * 60_000;
const ASK_AGAIN_AFTER_MS = 60_000;

/** The operator's zones, remembered for a quarter of an hour. */
export interface ZoneCatalogue {
  /** All zones; from memory when that is fresh and `refresh` is not asked for. */
  list(attempt: Attempt, options?: { refresh?: boolean }): Promise<ZoneList>;
  /** The id that goes on the wire for a target that is one itself; undefined for one that has to be looked up. */
  findId(target: string): string | undefined;
  /**
   * The id that goes on the wire for a target: itself when it is one, otherwise that of the only zone with this
   * number or name. A problem when there is none, or more than one, or the list is incomplete, so that nobody can
   * know.
   */
  resolve(attempt: Attempt, target: string): Promise<ResolvedTarget>;
}

/** A zone's id, or what is wrong with the target, to be said of the field that holds it. */
export type ResolvedTarget = { readonly id: string } | { readonly problem: string };

/** Makes the catalogue of one operator. One fetch serves all callers that wait for it. */
export function createZoneCatalogue(
  http: HttpClient,
  client: AuthorizedClient,
  config: PassportConfig,
): ZoneCatalogue {
  const { clock } = config.http;
  let known: ZoneList | undefined;
  let pending: Promise<ZoneList> | undefined;

  const ageOf = (list: ZoneList) => clock().getTime() - list.fetchedAt.getTime();

  async function list(attempt: Attempt, options: { refresh?: boolean } = {}): Promise<ZoneList> {
    if (known !== undefined && !options.refresh && ageOf(known) < FRESH_FOR_MS) return known;
    pending ??= fetchAll().finally(() => {
      pending = undefined;
    });
    return attempt.share(pending);
  }

  async function fetchAll(): Promise<ZoneList> {
    const fetchedAt = clock();
    const shared: Attempt = {
      number: 1,
      send: (request) => http.sendOnce("listZones", request),
      share: (promise) => promise,
      waitFor: (promise) => promise,
    };
    known = { ...(await fetchZones(client, config, shared)), fetchedAt };
    return known;
  }

  function findId(target: string): string | undefined {
    if (config.zoneIds === "external") return target;
    return isUuid(target) ? target.toLowerCase() : undefined;
  }

  async function resolve(attempt: Attempt, target: string): Promise<ResolvedTarget> {
    const id = findId(target);
    if (id !== undefined) return { id };
    let zones = await list(attempt);
    // A zone that was made after we last looked deserves a second look, but not one for every permit.
    if (findZones(zones, target).length === 0 && ageOf(zones) > ASK_AGAIN_AFTER_MS) {
      zones = await list(attempt, { refresh: true });
    }
    const found = findZones(zones, target);
    if (!zones.complete) {
      const remedy = "write the zone's id instead of its number or name";
      return { problem: `cannot be looked up, Passport's zone list is incomplete; ${remedy}.` };
    }
    const [zone] = found;
    if (zone === undefined) {
      return { problem: "is no id, number or name of a zone of this operator (names are case-sensitive)." };
    }
    if (found.length > 1) {
      return { problem: "is the number or name of several zones; write the id of the one that is meant." };
    }
    return { id: zone.id };
  }

  return { list, findId, resolve };
}

/** @throws EnforcementError `invalid_input` naming `field`, which holds the target, when it was not resolved */
export function requireZone(resolved: ResolvedTarget, field: string): string {
  if ("problem" in resolved) throw fieldError(field, resolved.problem);
  return resolved.id;
}

function findZones({ zones }: ZoneList, target: string): Zone[] {
  return zones.filter(({ number, name }) => number === target || name === target);
}

async function fetchZones(
  client: AuthorizedClient,
  config: PassportConfig,
  attempt: Attempt,
): Promise<Omit<ZoneList, "fetchedAt">> {
  const first = new URL(`${config.baseUrl}${ZONES_PATH}`);
  first.searchParams.set("operator_id", config.operatorId);
  first.searchParams.set("limit", String(PAGE_SIZE));

  const zones = new Map<string, Zone>();
  const visited = new Set<string>();
  let complete = true;
  let next: URL | undefined = first;
  while (next !== undefined) {
    if (visited.has(next.href) || visited.size === MAX_PAGES)
      return { zones: [...zones.values()], complete: false };
    visited.add(next.href);
    const request = { method: "GET", url: next.href, changes: false, maxReplyBytes: MAX_PAGE_BYTES };
    const reply = await client.send(attempt, request);
    const page = readAnswer(reply, zonesReply);
    for (const record of page.data) {
      const zone = findZone(record, config.operatorId);
      if (zone === "unreadable") complete = false;
      else if (zone !== undefined) zones.set(zone.id, zone);
    }
    const continuation = findContinuation(page, reply, next);
    next = continuation === "strange" ? undefined : continuation;
    // How Passport continues a list is unpublished: a full page without a continuation may have been cut, and a
    // continuation that we do not follow leaves something out.
    if (continuation === "strange" || (next === undefined && page.data.length >= PAGE_SIZE)) complete = false;
  }
  return { zones: [...zones.values()], complete };
}

function findZone(record: unknown, operatorId: string): Zone | undefined | "unreadable" {
  const parsed = zoneRecord.safeParse(record);
  if (!parsed.success) return "unreadable";
  const { id, name, number, operator_id } = parsed.data;
  if (operator_id && operator_id.toLowerCase() !== operatorId) return undefined;
  return {
    id: id.toLowerCase(),
    name,
    ...(number === undefined || number === null ? {} : { number: String(number) }),
  };
}

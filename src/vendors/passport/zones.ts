import { fieldError, isUuid } from "../../core/fields.ts";
import type { Zone, ZoneList } from "../../core/provider.ts";
import type { Attempt, HttpClient } from "../../http/client.ts";
import type { AuthorizedClient } from "./access-token.ts";
import type { PassportConfig } from "./config.ts";
import { readAnswer } from "./verdict.ts";
import { findNextPage, ZONES_PATH, zoneRecord, zonesReply } from "./wire.ts";

// Client code sends `limit`; which values Passport accepts is unpublished.
const PAGE_SIZE = 1000;
const MAX_PAGES = 50;
const MAX_PAGE_BYTES = 16 * 1024 * 1024;
const FRESH_FOR_MS = 15 * 60_000;
const REFETCH_AFTER_MS = 60_000;

/** The operator's zones, cached for 15 minutes. */
export interface ZoneCatalogue {
  /** All zones, from the cache unless it is too old or `refresh` is true. */
  list(attempt: Attempt, options?: { refresh?: boolean }): Promise<ZoneList>;
  /** The zone id of a target that is itself an id; `undefined` for a number or name, which `resolve` looks up. */
  findId(target: string): string | undefined;
  /**
   * The zone id of a target: the target itself when it is an id, otherwise the id of the only zone with this number or name. A
   * problem when there is no such zone, when there are several, or when the list is incomplete, so that there may be.
   */
  resolve(attempt: Attempt, target: string): Promise<ResolvedTarget>;
}

/** A zone's id, or the problem with the target, which completes an error about its field. */
export type ResolvedTarget = { readonly id: string } | { readonly problem: string };

/** Creates the catalogue of one operator. Concurrent callers share one fetch. */
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
      waitInLine: (promise) => promise,
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
    // The zone may be new: the list is fetched again, but at most once a minute.
    if (findZones(zones, target).length === 0 && ageOf(zones) > REFETCH_AFTER_MS) {
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

/** The zone id. @throws EnforcementError `invalid_input` that names `field` when the target was not resolved */
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
    const isFull = page.data.length >= PAGE_SIZE;
    const after = findNextPage(page, reply, { current: next, isFull });
    if (after.cut) complete = false;
    next = after.next;
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

import { readOptionalText, readRecord, readSwitch } from "../../core/fields.ts";
import { attempt, readName, readVendorList, type VendorList } from "../../core/mapping-input.ts";
import { groupBy } from "../../core/mapping-report.ts";
import { indexNames, type NameCandidate } from "../../core/mismatch.ts";
import type { Zone } from "../../core/provider.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Zones by everything that a target may be. */
export interface ZoneBook {
  /** False without a list. */
  readonly complete: boolean;
  /** Each zone once; more than one: the text does not tell them apart. */
  resolve(target: string): readonly Zone[];
  /** Whether a permit for this target can be sent: a number or name needs a complete list, an id needs none. */
  canResolve(target: string): boolean;
  /** What two targets have in common when they mean one zone. */
  keyOf(target: string): string;
  /** Numbers and names that are close to it. */
  closest(target: string): NameCandidate[];
}

/** Whether a text has the form of Passport's ids, in either case. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Indexes a list of zones; `undefined` where there is none, or none that targets could be compared with. */
export function openZoneBook(list: VendorList<Zone> | undefined): ZoneBook {
  const { entries, complete } = list ?? { entries: [], complete: false };
  const byId = groupBy(entries, ({ id }) => lowerId(id));
  const byNumber = groupBy(entries, ({ number }) => number);
  const byName = groupBy(entries, ({ name }) => name);
  const names = indexNames([...byName.keys(), ...byNumber.keys()]);
  const resolve = (target: string): readonly Zone[] => {
    const own = byId.get(lowerId(target)) ?? [];
    const found = [...own, ...(byNumber.get(target) ?? []), ...(byName.get(target) ?? [])];
    // Pages may overlap: the same id twice is one zone.
    return [...new Map(found.map((zone) => [lowerId(zone.id), zone])).values()];
  };
  return {
    complete,
    resolve,
    canResolve: (target) => list === undefined || complete || isUuid(target),
    keyOf(target) {
      const zones = resolve(target);
      return lowerId((zones.length === 1 ? zones[0]?.id : undefined) ?? target);
    },
    closest: (target) => names.closest(target),
  };
}

/** Reads the zones that a validator was given: a `ZoneList`, or an array that counts as all of them. */
export function readZones(value: unknown): VendorList<Zone> | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "object" || value === null || !("zones" in value)) {
    return readVendorList(value, "zones", readZone);
  }
  const list = attempt(() => {
    const record = readRecord(value, "zones", ["zones", "complete", "fetchedAt"]);
    return { zones: record["zones"] ?? null, complete: readSwitch(record["complete"], "zones.complete") };
  });
  if (list.problem !== undefined) return { entries: [], complete: false, problems: [list.problem] };
  const read = readVendorList(list.value.zones, "zones.zones", readZone);
  return { ...read, complete: read.complete && list.value.complete };
}

function readZone(value: unknown, field: string): Zone {
  const zone = readRecord(value, field, ["id", "number", "name"]);
  const number = readOptionalText(zone["number"], `${field}.number`);
  const basics = { id: readName(zone["id"], `${field}.id`), name: readName(zone["name"], `${field}.name`) };
  return number === undefined ? basics : { ...basics, number: readName(number, `${field}.number`) };
}

function lowerId(text: string): string {
  return isUuid(text) ? text.toLowerCase() : text;
}

import { fieldError, isUuid, readBoolean, readOptionalText, readRecord } from "../../core/fields.ts";
import { groupBy } from "../../core/mapping/group-by.ts";
import { attempt, readName, readVendorList, type VendorList } from "../../core/mapping/read-mapping.ts";
import type { NameIndex } from "../../core/names/closest-names.ts";
import { indexNames } from "../../core/names/explain-mismatch.ts";
import type { Zone } from "../../core/provider.ts";

/** A zone with the operator that it belongs to, where the list says so. Absent: the operator that was asked for. */
export interface PassportZone extends Zone {
  readonly operatorId?: string;
}

/** Zones by everything that a target may be. */
export interface ZoneBook {
  /** False without a list. */
  readonly complete: boolean;
  /** Each zone once; more than one: the text does not tell them apart. */
  resolve(target: string): readonly Zone[];
  /** Zones of other operators that the text names. */
  resolveForeign(target: string): readonly PassportZone[];
  /** Whether a permit for this target can be sent: a number or name needs a complete list, an id needs none. */
  canResolve(target: string): boolean;
  /** What two targets have in common when they mean one zone. */
  keyOf(target: string): string;
  /** The numbers and names of the operator's zones. */
  names(): NameIndex;
}

/**
 * Indexes a list of zones; `undefined` where there is none, or none that targets could be compared with. Zones of another
 * operator than `operatorId` count as none of ours.
 */
export function openZoneBook(
  list: VendorList<PassportZone> | undefined,
  { operatorId }: { operatorId?: string | undefined } = {},
): ZoneBook {
  const { entries, complete } = list ?? { entries: [], complete: false };
  const isForeign = (zone: PassportZone) =>
    operatorId !== undefined &&
    zone.operatorId !== undefined &&
    lowerId(zone.operatorId) !== lowerId(operatorId);
  const own = indexZones(entries.filter((zone) => !isForeign(zone)));
  const foreign = indexZones(entries.filter(isForeign));
  // A mapping whose targets are all ids never asks for these.
  const names = once(() => indexNames([...own.names().keys(), ...own.numbers().keys()]));
  return {
    complete,
    resolve: own.resolve,
    resolveForeign: foreign.resolve,
    canResolve: (target) => list === undefined || complete || isUuid(target),
    keyOf(target) {
      const zones = own.resolve(target);
      return lowerId((zones.length === 1 ? zones[0]?.id : undefined) ?? target);
    },
    names,
  };
}

function indexZones(zones: readonly PassportZone[]) {
  const byId = groupBy(zones, ({ id }) => lowerId(id));
  // Where all targets are ids, nobody asks for these.
  const numbers = once(() => groupBy(zones, ({ number }) => number));
  const names = once(() => groupBy(zones, ({ name }) => name));
  // What stands for several zones, or for one that the list repeats: a thousand locations may point to it.
  const repeated = new Map<string, readonly PassportZone[]>();
  const resolve = (target: string): readonly PassportZone[] => {
    const known = repeated.get(target);
    if (known !== undefined) return known;
    const found = [...byId.get(lowerId(target)), ...numbers().get(target), ...names().get(target)];
    // Pages may overlap: the same id twice is one zone.
    if (found.length < 2) return found;
    const zones = [...new Map(found.map((zone) => [lowerId(zone.id), zone])).values()];
    repeated.set(target, zones);
    return zones;
  };
  return { numbers, names, resolve };
}

function once<Value>(create: () => Value): () => Value {
  let value: { created: Value } | undefined;
  return () => {
    value ??= { created: create() };
    return value.created;
  };
}

/** Reads the zones that a validator was given: a `ZoneList`, or an array that counts as all of them. */
export function readZones(value: unknown): VendorList<PassportZone> | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "object" || value === null || !("zones" in value)) {
    return readVendorList(value, ["zones"], createZoneReader());
  }
  const list = attempt(["zones"], () => {
    const record = readRecord(value, "zones", ["zones", "complete", "fetchedAt"]);
    return { zones: record["zones"] ?? null, complete: readBoolean(record["complete"], "zones.complete") };
  });
  if (list.problem !== undefined) return { entries: [], complete: false, problems: [list.problem] };
  const read = readVendorList(list.value.zones, ["zones", "zones"], createZoneReader());
  return { ...read, complete: read.complete && list.value.complete };
}

/**
 * Reads zones one after the other. One id with two names or numbers is refused, once: which one is right cannot be
 * known, and a thousand more would say nothing else.
 */
function createZoneReader(): (value: unknown, field: string) => PassportZone {
  const known = new Map<string, PassportZone>();
  const refused = new Set<string>();
  return (value, field) => {
    const zone = readZone(value, field);
    const before = known.get(lowerId(zone.id)) ?? zone;
    if (before.name !== zone.name || before.number !== zone.number) {
      if (refused.has(lowerId(zone.id))) return before;
      refused.add(lowerId(zone.id));
      throw fieldError(`${field}.id`, "is also that of a zone before it, which has another name or number.");
    }
    known.set(lowerId(zone.id), before);
    return zone;
  };
}

function readZone(value: unknown, field: string): PassportZone {
  const zone = readRecord(value, field, ["id", "number", "name", "operatorId"]);
  const number = readOptionalText(zone["number"], `${field}.number`);
  const operatorId = readOptionalText(zone["operatorId"], `${field}.operatorId`);
  return {
    id: readName(zone["id"], `${field}.id`),
    name: readName(zone["name"], `${field}.name`),
    ...(number === undefined ? {} : { number: readName(number, `${field}.number`) }),
    ...(operatorId === undefined ? {} : { operatorId: readName(operatorId, `${field}.operatorId`) }),
  };
}

function lowerId(text: string): string {
  return isUuid(text) ? text.toLowerCase() : text;
}

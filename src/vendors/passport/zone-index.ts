import { fieldError, isUuid, readBoolean, readOptionalText, readRecord } from "../../core/fields.ts";
import { groupBy } from "../../core/mapping/group-by.ts";
import { attempt, readName, readVendorList, type VendorList } from "../../core/mapping/read-mapping.ts";
import { indexNames } from "../../core/names/explain-mismatch.ts";
import type { Zone } from "../../core/provider.ts";

/** A zone of Passport's list. */
export interface PassportZone extends Zone {
  /** The zone's operator. Absent: the operator whose zones were requested. */
  readonly operatorId?: string;
}

/** An index of zones by id, number and name. */
export type ZoneIndex = ReturnType<typeof createZoneIndex>;

/**
 * Indexes a list of zones. `undefined` when there is none, or when targets are external ids. Zones of another operator than
 * `operatorId` are indexed apart.
 */
export function createZoneIndex(
  list: VendorList<PassportZone> | undefined,
  { operatorId }: { operatorId?: string | undefined } = {},
) {
  const { entries, complete } = list ?? { entries: [], complete: false };
  const isForeign = (zone: PassportZone) =>
    operatorId !== undefined &&
    zone.operatorId !== undefined &&
    lowerId(zone.operatorId) !== lowerId(operatorId);
  const own = indexZones(entries.filter((zone) => !isForeign(zone)));
  const foreign = indexZones(entries.filter(isForeign));
  // Built on demand: a mapping whose targets are all ids never needs them.
  const names = once(() => indexNames([...own.names().keys(), ...own.numbers().keys()]));
  return {
    /** Whether the list has all zones. False without a list. */
    complete,
    /** The operator's zones that a target names, each once. More than one when the target is ambiguous. */
    resolve: own.resolve,
    /** The zones of other operators that a target names. */
    resolveForeign: foreign.resolve,
    /** Whether a permit for this target can be sent: a number or name needs a complete list, an id does not. */
    canResolve: (target: string): boolean => list === undefined || complete || isUuid(target),
    /** A key that is equal for targets that name one zone. */
    keyOf(target: string): string {
      const zones = own.resolve(target);
      return lowerId((zones.length === 1 ? zones[0]?.id : undefined) ?? target);
    },
    /** The numbers and names of the operator's zones. */
    names,
  };
}

function indexZones(zones: readonly PassportZone[]) {
  const byId = groupBy(zones, ({ id }) => lowerId(id));
  // Built on demand: a mapping whose targets are all ids never needs them.
  const numbers = once(() => groupBy(zones, ({ number }) => number));
  const names = once(() => groupBy(zones, ({ name }) => name));
  // Cached results for several zones, or for a zone that the list repeats: a thousand locations may name it.
  const repeated = new Map<string, readonly PassportZone[]>();
  const resolve = (target: string): readonly PassportZone[] => {
    const known = repeated.get(target);
    if (known !== undefined) return known;
    const found = [...byId.get(lowerId(target)), ...numbers().get(target), ...names().get(target)];
    // Pages of the list may overlap, so a repeated id is one zone.
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

/** Reads the validator's option `zones`: a `ZoneList`, or an array that counts as complete. */
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
 * Creates a function that reads one zone after the other. An id with two names or numbers is refused, and reported once,
 * because it is not known which one is right.
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
      throw fieldError(`${field}.id`, "repeats that of an earlier zone, which has another name or number.");
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

import { fieldError, readRecord, readText } from "../../../core/fields.ts";

/** A zone that the sandbox knows. */
export interface PassportSandboxZone {
  /** The globally unique id, a lower-case UUID. */
  readonly id: string;
  /** What the operator's signs say; unique only regionally. */
  readonly number: string;
  readonly name: string;
  /** The host's own id for the zone, where the operator has entered one. */
  readonly externalId?: string;
}

/** A zone as a caller writes it. Without an `id` it gets one that is always the same for the same number. */
export interface PassportSandboxZoneInput {
  readonly id?: string;
  readonly number: string;
  readonly name: string;
  readonly externalId?: string;
}

/** The zones as written, each with an id. Throws when two share one. */
export function toZones(inputs: readonly PassportSandboxZoneInput[]): PassportSandboxZone[] {
  const zones = inputs.map(toZone);
  const ids = new Set<string>();
  for (const [index, { id }] of zones.entries()) {
    if (ids.has(id))
      throw fieldError(`zones[${index}].id`, "is used twice; write different ids.", "invalid_config");
    ids.add(id);
  }
  return zones;
}

function toZone(input: PassportSandboxZoneInput, index: number): PassportSandboxZone {
  const field = `zones[${index}]`;
  readRecord(input, field, ["id", "number", "name", "externalId"]);
  const number = readText(input.number, `${field}.number`);
  return { ...input, id: input.id ?? uuidFrom(`zone ${number}`) };
}

/** A zone as `GET /v3/shared/zones` lists it. */
export function renderZone(zone: PassportSandboxZone, operatorId: string): Record<string, unknown> {
  return {
    id: zone.id,
    legacy_id: Number.parseInt(zone.id.slice(0, 6), 16),
    name: zone.name,
    number: zone.number,
    operator_id: operatorId,
    session_type: "start_duration",
    usage_type: "public",
    spaces: [],
    settings: {},
    addresses: [],
    geography: null,
  };
}

/** A UUID that is always the same for the same text. Not meant to be hard to guess. */
export function uuidFrom(text: string): string {
  const hex = ["a", "b", "c", "d"].map((salt) => hash(`${salt} ${text}`)).join("");
  const groups = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`];
  return [...groups, hex.slice(20)].join("-");
}

// FNV-1a, 32 bits: short, and the same on every machine.
function hash(text: string): string {
  let state = 0x811c9dc5;
  for (const character of text) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (state >>> 0).toString(16).padStart(8, "0");
}

import { type HotSpotErrorCode, HotSpotRefusal } from "./refusal.ts";

// The sandbox's own reading of the default contract. It shares nothing with the provider, so that one mistake
// cannot hide in both.

/** The body of `POST …/permits`. */
export type CreateBody = ReturnType<typeof readCreateBody>;

/** The body of `POST …/permits/update` and `POST …/permits/cancel`, with one reference at least. */
export type ChangeBody = ReturnType<typeof readChangeBody>;

/** Notes a departure from the default contract that HotSpot might accept. In strict mode it throws a refusal instead. */
export type NoteDeviation = (problem: string, code?: HotSpotErrorCode) => void;

const CREATE_FIELDS = ["PermitReference", "Plate", "Region", "Country", "SpotID", "StartTime", "EndTime"];
const CHANGE_FIELDS = ["PermitReference", "Reference", "EndTime"];
const PROVINCES = new Set("AB BC MB NB NL NS NT NU ON PE QC SK YT".split(" "));

/** Throws a refusal with the number of the first thing that is wrong. */
export function readCreateBody(body: unknown, note: NoteDeviation) {
  const fields = readFields(body, CREATE_FIELDS, note);
  const PermitReference = requireText(fields, "PermitReference", note, 9008);
  const Plate = readPlate(requireText(fields, "Plate", note, 9006), note);
  const region = requireText(fields, "Region", note, 9011);
  const SpotID = requireText(fields, "SpotID", note);
  const StartTime = requireInstant(fields, "StartTime", note, 9003);
  const EndTime = requireInstant(fields, "EndTime", note, 9004);
  const Region = readRegion(region, note);
  const Country = readCountry(fields.get("Country"), Region, note);
  return { PermitReference, Plate, Region, Country, SpotID, StartTime, EndTime };
}

/** Throws a refusal with the number of the first thing that is wrong. */
export function readChangeBody(body: unknown, note: NoteDeviation, { needsEnd }: { needsEnd: boolean }) {
  const fields = readFields(body, CHANGE_FIELDS, note);
  const PermitReference = readText(fields, "PermitReference", note);
  const Reference = readText(fields, "Reference", note);
  if (PermitReference === undefined) {
    if (Reference === undefined) throw new HotSpotRefusal(9008);
    note("PermitReference is missing beside Reference", 9008);
  }
  if (!needsEnd && fields.get("EndTime") === undefined) {
    // Only a cancellation may leave the end out.
    note("EndTime is missing; the permit ends now", 9004);
    return { PermitReference, Reference, EndTime: undefined };
  }
  return { PermitReference, Reference, EndTime: requireInstant(fields, "EndTime", note, 9004) };
}

type Fields = ReadonlyMap<string, unknown>;

function readFields(body: unknown, known: readonly string[], note: NoteDeviation): Fields {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new HotSpotRefusal(9003, { reason: "The body must be a JSON object." });
  }
  const fields = new Map<string, unknown>(Object.entries(body));
  const unknown = [...fields.keys()].filter((name) => !known.includes(name));
  // A plate or a token may stand where a name should.
  const named = unknown.filter((name) => /^[A-Za-z]{1,30}$/.test(name));
  if (unknown.length > 0) note(`unknown field ${named.join(", ") || "without a usual name"}`);
  return fields;
}

/** The text of a field; undefined when the field is missing or empty. */
function readText(fields: Fields, name: string, note: NoteDeviation): string | undefined {
  const value = fields.get(name);
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number") note(`${name} is a number, which loses leading zeros; write it as text`);
  else if (typeof value !== "string") throw unreadable(name, "must be text");
  const text = String(value);
  return text.trim() === "" ? undefined : text;
}

function requireText(
  fields: Fields,
  name: string,
  note: NoteDeviation,
  code: HotSpotErrorCode = 9003,
): string {
  const text = readText(fields, name, note);
  if (text === undefined) throw new HotSpotRefusal(code, { reason: `${name} is missing.` });
  return text;
}

function readPlate(text: string, note: NoteDeviation): string {
  if (/^[A-Z0-9]{1,12}$/.test(text)) return text;
  const plate = text.toUpperCase().replace(/[^A-Z0-9]/g, "");
  if (plate === "") throw unreadable("Plate", "must be 1-12 of A-Z and 0-9");
  note("Plate is not 1-12 of A-Z and 0-9");
  return plate;
}

function readRegion(text: string, note: NoteDeviation): string {
  if (/^[A-Z]{2,3}$/.test(text)) return text;
  note("Region is not 2-3 capital letters");
  return text.toUpperCase().replace(/^(CA|US)-/, "");
}

function readCountry(value: unknown, region: string, note: NoteDeviation): "CA" | "US" {
  if (value === "CA" || value === "US") return value;
  note("Country is neither CA nor US; the region's is taken");
  return PROVINCES.has(region) ? "CA" : "US";
}

function requireInstant(fields: Fields, name: string, note: NoteDeviation, code: HotSpotErrorCode): Date {
  const text = fields.get(name);
  const parts =
    typeof text === "string"
      ? /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z|[+-]\d\d:\d\d)?$/.exec(text)
      : null;
  const [, day, time, offset] = parts ?? [];
  const instant = new Date(`${day}T${time}${offset ?? "Z"}`);
  // 30 February is read as 2 March by JavaScript; the day must come back as it was written.
  if (Number.isNaN(instant.getTime()) || !new Date(`${day}T00:00:00Z`).toISOString().startsWith(day ?? "")) {
    const form = "must be RFC 3339 with an offset, such as 2026-09-01T00:00:00-03:00";
    throw new HotSpotRefusal(code, { reason: `${name} ${form}.` });
  }
  if (offset === undefined) note(`${name} has no offset; UTC is taken`, code);
  else if (text?.toString().includes(" ")) note(`${name} has a space instead of T`, code);
  return instant;
}

function unreadable(name: string, problem: string): HotSpotRefusal {
  return new HotSpotRefusal(9003, { reason: `${name} ${problem}.` });
}

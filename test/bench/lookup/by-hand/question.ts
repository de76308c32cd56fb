/** A question as it came, checked. */
export interface Question {
  readonly plate: string;
  readonly locationId: string | undefined;
  readonly state: string | undefined;
}

/** A request that is not answered. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Checks the JSON of a request. */
export function parseQuestion(value: unknown): Question {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw malformed("body: must be a JSON object.");
  }
  const { plate, locationId, state } = value as Record<string, unknown>;
  if (typeof plate !== "string") throw malformed("plate: must be text.");
  return { plate, locationId: readOptional(locationId, "locationId"), state: readOptional(state, "state") };
}

/** JSON text as a value. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed("body: is not JSON, or was cut off.");
  }
}

/** Capital letters and digits, 1 to 12 of them. Only separators are dropped: a plate that cannot be read is not known. */
export function parsePlateNumber(plate: string): string {
  if (CANONICAL.test(plate)) return plate;
  const number = plate.replace(/[ .'-]/g, "").toUpperCase();
  if (!CANONICAL.test(number)) throw new Refusal(503, "undetermined", "The plate cannot be read.");
  return number;
}

const CANONICAL = /^[A-Z0-9]{1,12}$/;

// A team writes down the provinces and states that its handhelds send, and no others.
const REGION_CODES = new Map(
  ["CA-NB", "CA-NS", "CA-PE", "CA-QC", "US-ME"].map((code) => [code.slice(3), code]),
);

/** `nb` → `CA-NB`; anything unknown is no region. */
export function parseRegionCode(state: string | undefined): string | undefined {
  return state === undefined ? undefined : REGION_CODES.get(state.trim().toUpperCase());
}

function readOptional(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") throw malformed(`${field}: must be text, or left out.`);
  return value;
}

function malformed(message: string): Refusal {
  return new Refusal(400, "invalid_request", message);
}

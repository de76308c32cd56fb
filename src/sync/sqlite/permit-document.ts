import { freezePermit, type Permit } from "../../core/permit/permit.ts";
import type { Plate } from "../../core/permit/plate.ts";

// The stored form of permits in SQLite. `content` holds what counts, so that comparing two permits is one comparison of
// texts. `raws` holds the plates' raw text where it differs from the number. Ids and revision have columns.

/** The columns of a permit's document. */
export interface PermitDocument {
  readonly content: string;
  readonly raws: string | null;
}

type StoredPlate = string | [number: string, region: string];

type Content = [
  plates: StoredPlate[],
  locationIds: string[],
  validFrom: number,
  validTo: number | null,
  /** Absent where no later field is present; null for an absent field. */
  createdAt?: number | null,
  holder?: string | null,
  vehicle?: NonNullable<Permit["vehicle"]> | null,
];

export function encodePermit(permit: Permit): PermitDocument {
  const { plates, locationIds, validFrom, validTo, createdAt, holder, vehicle } = permit;
  const content: Content = [
    plates.map(({ number, region }) => (region === undefined ? number : [number, region])),
    [...locationIds],
    validFrom.getTime(),
    validTo === null ? null : validTo.getTime(),
  ];
  if (createdAt !== undefined || holder !== undefined || vehicle !== undefined) {
    content.push(createdAt?.getTime() ?? null, holder ?? null, vehicle === undefined ? null : sort(vehicle));
  }
  const isWrittenOtherwise = plates.some(({ raw, number }) => raw !== number);
  return {
    content: JSON.stringify(content),
    raws: isWrittenOtherwise ? JSON.stringify(plates.map(({ raw }) => raw)) : null,
  };
}

/** The permit of a document, frozen like every permit that a ledger returns. */
export function decodePermit(
  { content, raws }: PermitDocument,
  { id, companyId, revision }: { id: string; companyId: string; revision: number },
): Permit {
  const [plates, locationIds, validFrom, validTo, createdAt, holder, vehicle] = JSON.parse(
    content,
  ) as Content;
  const written = raws === null ? undefined : (JSON.parse(raws) as string[]);
  const permit: { -readonly [Key in keyof Permit]: Permit[Key] } = {
    id,
    companyId,
    plates: plates.map((plate, index) => toPlate(plate, written?.[index])),
    locationIds,
    validFrom: new Date(validFrom),
    validTo: validTo === null ? null : new Date(validTo),
    revision,
  };
  if (createdAt !== undefined && createdAt !== null) permit.createdAt = new Date(createdAt);
  if (holder !== undefined && holder !== null) permit.holder = holder;
  if (vehicle !== undefined && vehicle !== null) permit.vehicle = vehicle;
  return freezePermit(permit);
}

/** The distinct plate numbers of a document. */
export function plateNumbersIn(content: string): Set<string> {
  const [plates] = JSON.parse(content) as Content;
  return new Set(plates.map((plate) => (typeof plate === "string" ? plate : plate[0])));
}

function toPlate(plate: StoredPlate, raw: string | undefined): Plate {
  if (typeof plate === "string") return { raw: raw ?? plate, number: plate };
  const [number, region] = plate;
  return { raw: raw ?? number, number, region };
}

/** Orders the fields, so that equal vehicles give equal texts. */
function sort({ make, color }: NonNullable<Permit["vehicle"]>): NonNullable<Permit["vehicle"]> {
  return { ...(make === undefined ? {} : { make }), ...(color === undefined ? {} : { color }) };
}

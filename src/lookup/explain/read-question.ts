import { fieldError, readList, readOptionalText, readRecord, readText } from "../../core/fields.ts";
import type { LookupPlace, LookupQuery } from "../../core/lookup/dialect.ts";
import type { StoredCredential } from "../../core/lookup/lookup-message.ts";
import { canonicalPlateNumber } from "../../core/permit/plate.ts";
import type { LookupAudit } from "../audit.ts";
import { PLACE_KINDS } from "../decide/scope.ts";
import type { LookupSettings } from "../options.ts";
import { isPlateHash } from "../redact.ts";
import type { LookupQuestion } from "./explanation.ts";

/** The query and the credential of a question. */
export interface RecordedQuestion {
  readonly query: LookupQuery;
  readonly credential: StoredCredential;
}

/** A host's question. Without `at` it is about now. */
export interface ReadQuestion extends RecordedQuestion {
  readonly at: Date | string | undefined;
}

const KEYS = ["credential", "companyId", "plate", "region", "place", "at"];

/** Whether the argument is a record instead of a question. */
export function isAudit(asked: LookupQuestion | LookupAudit): asked is LookupAudit {
  return typeof asked === "object" && asked !== null && "httpStatus" in asked;
}

/** Reads a host's question. @throws EnforcementError `invalid_input` that names the part */
export function readQuestion(asked: LookupQuestion): ReadQuestion {
  const question = readRecord(asked, "question", KEYS) as unknown as LookupQuestion;
  const { credential, companyId } = question;
  if ((credential === undefined) === (companyId === undefined)) {
    throw fieldError("question", "must have either a credential or a companyId.");
  }
  return {
    query: readQuery(question, "question"),
    credential: readParty(credential ?? { companyId }, "question.credential"),
    at: question.at,
  };
}

/**
 * Reads the question of a record. The query itself is not checked: the replay decides about a malformed one, as the handler did.
 *
 * @throws EnforcementError `invalid_input` when its plate is a hash, or not the plate that the record is about
 */
export function readRecordedQuestion(
  record: LookupAudit,
  settings: LookupSettings,
  field: string,
): RecordedQuestion {
  const { asked, companyId, credentialLocationIds } = record;
  if (asked === undefined) throw fieldError(`${field}.asked`, "is missing.");
  assertPlateOf(record, settings, field);
  const party = {
    companyId,
    ...(credentialLocationIds === undefined ? {} : { locationIds: credentialLocationIds }),
  };
  return { query: asked, credential: readParty(party, field) };
}

function readQuery({ plate, region, place }: LookupQuery, field: string): LookupQuery {
  // The text of the plate is not checked here: the answer says what is wrong with it.
  if (typeof plate !== "string") throw fieldError(`${field}.plate`, "must be text.");
  const readableRegion = readOptionalText(region, `${field}.region`);
  return {
    plate,
    ...(readableRegion === undefined ? {} : { region: readableRegion }),
    ...(place === undefined ? {} : { place: readPlace(place, `${field}.place`) }),
  };
}

function readPlace(value: unknown, field: string): LookupPlace {
  const place = readRecord(value, field, ["by", "value"]);
  const by = PLACE_KINDS.find((one) => one === place["by"]);
  if (by === undefined) throw fieldError(`${field}.by`, `must be one of ${PLACE_KINDS.join(", ")}.`);
  const { value: names } = place;
  if (!Array.isArray(names)) return { by, value: readText(names, `${field}.value`) };
  return { by, value: names.map((name) => readText(name, `${field}.value`)) };
}

function readParty(party: { companyId?: unknown; locationIds?: unknown }, field: string): StoredCredential {
  const companyId = readText(party?.companyId, `${field}.companyId`);
  const common = { id: "explainLookup", companyId, hashes: [] };
  if (party.locationIds === undefined) return common;
  const locationIds = readList(party.locationIds, `${field}.locationIds`);
  return { ...common, locationIds: locationIds.map((id) => readText(id, `${field}.locationIds`)) };
}

/** Checks that a record's plate is readable, and that a plate given for a redacted record has the record's hash. */
function assertPlateOf(
  { asked, understood }: LookupAudit,
  { hashPlate }: LookupSettings,
  field: string,
): void {
  // The host's own dialect may have returned any value.
  const plate: unknown = asked?.plate;
  if (typeof plate !== "string") return;
  if (isPlateHash(plate)) {
    throw fieldError(
      `${field}.asked.plate`,
      "is a hash; give the plate itself: { ...record, asked: { ...record.asked, plate } }.",
    );
  }
  const recorded = understood?.plateNumbers[0];
  if (recorded === undefined || !isPlateHash(recorded) || hashPlate === undefined) return;
  if (hashPlate(canonicalPlateNumber(plate, `${field}.asked.plate`)) !== recorded) {
    throw fieldError(`${field}.asked.plate`, "is not the plate that this record is about.");
  }
}

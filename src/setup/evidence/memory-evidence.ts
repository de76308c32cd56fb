import { EnforcementError } from "../../core/errors.ts";
import type { EvidenceStore, TestPlateEvidence } from "./evidence.ts";
import { readEvidence } from "./read-evidence.ts";

/**
 * Evidence in memory, for tests and for a look ahead. What a run leaves behind when the process dies is lost with it:
 * keep real runs in `fileEvidence`, or in a store of your own.
 *
 * @throws EnforcementError `invalid_input` naming a record that cannot be read, `invalid_config` when there is no array
 */
export function memoryEvidence(records: readonly TestPlateEvidence[] = []): EvidenceStore {
  const byId = new Map<string, TestPlateEvidence>();
  const save = (record: TestPlateEvidence, field: string) => {
    // Copied, so that nobody changes what is kept.
    byId.set(record.id, readEvidence(structuredClone(record), field));
  };
  if (!Array.isArray(records)) {
    throw new EnforcementError("invalid_config", "memoryEvidence: records: must be an array of records.");
  }
  for (const [index, record] of records.entries()) save(record, `records[${index}]`);
  return {
    list: () => [...byId.values()],
    save: (record) => save(record, "record"),
  };
}

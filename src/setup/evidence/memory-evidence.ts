import { EnforcementError } from "../../core/errors.ts";
import type { EvidenceStore, TestPlateEvidence } from "./evidence.ts";
import { readEvidence } from "./read-evidence.ts";

/**
 * Creates an evidence store in memory, for tests and trials. Its records are lost with the process, and with them the trace of
 * a test plate that is still valid: use `fileEvidence` or a store of your own for real runs.
 *
 * @throws EnforcementError `invalid_input` that names a record that cannot be read; `invalid_config` when `records` is no array
 */
export function memoryEvidence(records: readonly TestPlateEvidence[] = []): EvidenceStore {
  const byId = new Map<string, TestPlateEvidence>();
  const save = (record: TestPlateEvidence, field: string) => {
    // Copied, so that a caller cannot change a stored record.
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

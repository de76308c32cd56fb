import { readList } from "../../core/fields.ts";
import { within } from "../within.ts";
import type { EvidenceStore, TestPlateEvidence } from "./evidence.ts";
import { readEvidence } from "./read-evidence.ts";

/**
 * Reads and checks all records of a store.
 *
 * @throws EnforcementError `invalid_input` when the store returns no list, or that names a record that cannot be read; and every
 * error of the store
 */
export async function listEvidence(
  store: EvidenceStore,
  bounds: { signal: AbortSignal | undefined; deadlineMs: number },
): Promise<TestPlateEvidence[]> {
  const records = await within({ ...bounds, what: "The evidence store" }, () => store.list());
  return readList(records, "evidence").map((record, index) => readEvidence(record, `evidence[${index}]`));
}

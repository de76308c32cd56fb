import { readList } from "../../core/fields.ts";
import { within } from "../within.ts";
import type { EvidenceStore, TestPlateEvidence } from "./evidence.ts";
import { readEvidence } from "./read-evidence.ts";

/**
 * Everything of a store, checked.
 *
 * @throws EnforcementError `invalid_input` when it gives no list, or naming a record that cannot be read; and whatever the store throws
 */
export async function listEvidence(
  store: EvidenceStore,
  bounds: { signal: AbortSignal | undefined; deadlineMs: number },
): Promise<TestPlateEvidence[]> {
  const records = await within({ ...bounds, what: "The evidence store" }, () => store.list());
  return readList(records, "evidence").map((record, index) => readEvidence(record, `evidence[${index}]`));
}

import { fieldError, readBoolean, readRecord } from "../../core/fields.ts";
import { parseFailureKey } from "../deliver/failure-key.ts";
import type { RegistrationState } from "../ledger/delivery.ts";
import { type ChangeContext, changeDelivery } from "./change-delivery.ts";
import { type FailureFilter, readFailureFilter } from "./failure-filter.ts";
import type { FailureResult, FailuresReport } from "./failures-report.ts";
import { changeMatching, reportMatching } from "./filtered-failures.ts";
import { RightsChange } from "./rights-change.ts";

/** Options of `retry` and `dismiss` with a filter. */
export interface FailureChangeOptions {
  /** Changes nothing, and reports what the filter selects. Default: false. */
  readonly dryRun?: boolean;
}

/** `retry` or `dismiss`. */
interface FailureChange {
  (key: string): Promise<FailureResult>;
  (filter: FailureFilter, options?: FailureChangeOptions): Promise<FailuresReport>;
}

/** Creates `retry` or `dismiss`: `changeRight` is what it does with a right whose operation was refused. */
export function createFailureChange(
  context: ChangeContext,
  changeRight: (right: RegistrationState) => RegistrationState,
): FailureChange {
  async function changeOne(key: string, options: unknown): Promise<FailureResult> {
    const { reference, ...id } = parseFailureKey(key);
    if (options !== undefined) throw fieldError("options", "go with a filter; there are none for a key.");
    const rights = new RightsChange(id, { changeRight, isMeant: () => true });
    rights.references.add(reference);
    const end = await changeDelivery(context, rights);
    return { key, status: rights.statusOf(reference, end) };
  }

  async function changeMany(given: FailureFilter, options: unknown = {}): Promise<FailuresReport> {
    const filter = readFailureFilter(given);
    const { dryRun = false } = readRecord(options, "options", ["dryRun"]);
    const isDryRun = readBoolean(dryRun, "options.dryRun");
    return isDryRun ? reportMatching(context, filter) : changeMatching(context, filter, changeRight);
  }

  function change(key: string): Promise<FailureResult>;
  function change(filter: FailureFilter, options?: FailureChangeOptions): Promise<FailuresReport>;
  function change(which: string | FailureFilter, options?: unknown): Promise<FailureResult | FailuresReport> {
    const isFilter = typeof which === "object" && which !== null;
    return isFilter ? changeMany(which, options) : changeOne(which, options);
  }
  return change;
}

import type { EnforcementError } from "../../core/errors.ts";

/** The result of one check. */
export interface CheckResult {
  readonly state: "passed" | "failed" | "unknown";
  /** What the check found, in one sentence; empty when there is nothing to add. */
  readonly finding: string;
  /** The check may pass later without any change, for example when a vendor is up again. */
  readonly passing?: boolean;
}

export function passed(finding = ""): CheckResult {
  return { state: "passed", finding };
}

export function failed(finding: string): CheckResult {
  return { state: "failed", finding };
}

export function unknown(finding: string): CheckResult {
  return { state: "unknown", finding };
}

/** The result of a check that failed with an error. */
export function unknownAfter({ message, retryable }: EnforcementError): CheckResult {
  return { state: "unknown", finding: message, passing: retryable };
}

import type { EnforcementError } from "../../core/errors.ts";

/** What came of one check. */
export interface CheckResult {
  readonly state: "passed" | "failed" | "unknown";
  /** One sentence; empty when there is nothing to say. */
  readonly finding: string;
  /** It may come out otherwise later, without anybody doing anything. */
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

/** What could not be found out, in the words of whatever failed. */
export function unknownAfter({ message, retryable }: EnforcementError): CheckResult {
  return { state: "unknown", finding: message, passing: retryable };
}

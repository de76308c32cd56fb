import type { LookupAudit } from "@offstreet/enforcement";

/** A listener that keeps the last record and counts. Both sides have the same one. */
export function listenToAudits(): {
  onAnswer(audit: LookupAudit): void;
  readonly last: LookupAudit | undefined;
} {
  let last: LookupAudit | undefined;
  let count = 0;
  return {
    onAnswer(audit) {
      count += 1;
      last = audit;
    },
    get last() {
      return count === 0 ? undefined : last;
    },
  };
}

import type { ChangeStatus, KnownState } from "./ledger.ts";

export interface KnownPermit {
  readonly state: KnownState;
  readonly revision: number;
}

/** The part of a change that decides its status. */
export type JudgedChange =
  | { readonly kind: "issue" | "revise"; readonly permit: { readonly revision: number } }
  | { readonly kind: "revoke" | "forget" };

/** The status of a change, the same in every ledger. `isSame` tells whether the stored content equals the new one. */
export function judgeChange(
  known: KnownPermit | undefined,
  change: JudgedChange,
  isSame: () => boolean,
): ChangeStatus {
  if (!("permit" in change)) return judgeWithdrawal(known, change.kind);
  if (known === undefined) return "recorded";
  const { revision } = change.permit;
  switch (known.state) {
    case "active":
      if (revision !== known.revision) return revision > known.revision ? "recorded" : "older";
      return isSame() ? "unchanged" : "conflict";
    case "erased":
      // Its content is gone, so a permit of the same revision brings it back.
      return revision >= known.revision ? "recorded" : "older";
    default:
      return change.kind === "issue" && revision > known.revision ? "recorded" : "revoked";
  }
}

function judgeWithdrawal(known: KnownPermit | undefined, kind: "revoke" | "forget"): ChangeStatus {
  switch (known?.state) {
    case undefined:
    case "erased":
      return "unknown";
    case "active":
      return "recorded";
    case "revoked":
      return kind === "forget" ? "recorded" : "unchanged";
    default:
      return "unchanged";
  }
}

import type { PermitInput } from "@offstreet/enforcement";

// Between the processes of the cluster. Dates become texts on the way, which permits may have as well.

/** A worker asks the primary process to issue a permit. */
export interface IssueRequest {
  readonly kind: "issue";
  /** Comes back with the result. */
  readonly number: number;
  readonly permit: PermitInput;
}

/** The permit is on the disk, or the error says why not. */
export interface IssueResult {
  readonly kind: "issued";
  readonly number: number;
  readonly error?: string;
}

/** What a worker needs to know. */
export interface WorkerSettings {
  readonly ledgerPath: string;
  /** The stored half of the handheld's credential. */
  readonly credential: {
    readonly id: string;
    readonly companyId: string;
    readonly hashes: readonly string[];
  };
}

import type { EnforcementErrorCode } from "../../core/errors.ts";
import type { ChangeStatus, DeliveryCounts, KnownState } from "../ledger/ledger.ts";

// The messages between the ledger and its writer thread. Rows are tuples of texts and numbers, which are copied between
// threads fastest. Instants are in milliseconds.

/** The data that the writer thread starts with. */
export interface WriterData {
  readonly path: string;
  /** A file of up to this size is checked before it is open, in bytes. */
  readonly checkedAtOnce: number;
  /** How long a statement waits for another program's lock, in milliseconds. */
  readonly busyMs: number;
}

/** The index in this list is the state's number in the file. */
export const STATES: readonly KnownState[] = ["active", "revoked", "forgotten", "erased", "erased_revoked"];

/** A change that records a permit, or one that withdraws it. */
export type ChangeRow = PermitChangeRow | WithdrawalRow;

export type PermitChangeRow = readonly [
  kind: "issue" | "revise",
  permitId: string,
  at: number,
  /** The place in line that it gives the permit's deliveries. */
  place: number,
  revision: number,
  companyId: string,
  validTo: number | null,
  content: string,
  raws: string | null,
  providerIds: OneOrMany<string>,
  /** The distinct ones. */
  plateNumbers: OneOrMany<string>,
];

/**
 * One value, or a list of none or several. Most lists have one entry, and a list inside a row costs as much to copy as
 * the row.
 */
export type OneOrMany<Value> = Value | readonly Value[];

export type WithdrawalRow = readonly [kind: "revoke" | "forget", permitId: string, at: number, place: number];

export type SaveRow = readonly [
  version: number,
  document: string | null,
  liveUntil: number | null,
  unmapped: 0 | 1,
  targets: OneOrMany<string>,
  /** Null: none. */
  failures: readonly (readonly [reference: string, failedAt: number])[] | null,
  /** Absent: the claim goes on. */
  settled?: boolean,
  dueAt?: number | null,
];

export type ClaimedRow = readonly [
  version: number,
  dueSince: number,
  document: string | null,
  permitId: string,
  companyId: string,
  state: number,
  revision: number,
  changedAt: number,
  content: string | null,
  raws: string | null,
  isUrgent: boolean,
];

/** The result of one step of overwriting erased data. `waits`: another program prevents it from going on. */
export type OverwriteStep = "more" | "done" | "waits";
export type ClockRow = readonly [latest: number | null, steadyAt: number | null, leaptBy: number | null];

/** The writer's operations: what each is asked and answers. */
export interface Operations {
  recordOne: [request: ChangeRow, answer: ChangeStatus];
  /** Records all changes, or none when there is a conflict. */
  record: [request: readonly ChangeRow[], answer: ChangeStatus[]];
  /** Answers for each row whether it took effect. */
  save: [request: readonly SaveRow[], answer: boolean[]];
  makeDue: [
    request: { companyId: string; providerIds: readonly string[]; at: number; after: number; limit: number },
    answer: {
      count: number;
      /** The providers at which something is due by it. */
      due: string[];
      /** Where the next step continues; null: it is done. */
      next: number | null;
    },
  ];
  /** Makes due what was dated by a clock that was ahead, for at most `limit` permits after `after`. */
  rewind: [
    request: { providerId: string; latest: number; now: number; after: number; limit: number },
    answer: /** Where the next step continues; null: it is done. */ number | null,
  ];
  readClock: [request: null, answer: ClockRow];
  /** Writes the row. A `latest` of null changes nothing, and an earlier one than the stored only with `isSettled`. */
  noteClock: [request: { row: ClockRow; isSettled: boolean }, answer: null];
  /** `code` is null when the breaker closed. */
  noteOutage: [request: { providerId: string; at: number; code: string | null }, answer: null];
  /** `readAt` is null when the last reading is to be forgotten. */
  noteReadBack: [
    request: { providerId: string; targets: readonly string[]; readAt: number | null; unseen: string },
    answer: null,
  ];
  erase: [request: { endedBefore: number; now: number; limit: number }, answer: number];
  /** Overwrites a step of what was erased. */
  overwrite: [request: null, answer: OverwriteStep];
  /** Answers with a list for each limit, in their order. */
  claim: [
    request: {
      limits: readonly (readonly [providerId: string, limit: number])[];
      now: number;
      leaseMs: number;
    },
    answer: ClaimedRow[][],
  ];
  claimOne: [
    request: { providerId: string; permitId: string; now: number; leaseMs: number },
    answer: ClaimedRow | null,
  ];
  /** Answers with an instant for each provider, in their order; null: nothing will become due. */
  findNextDue: [request: readonly string[], answer: (number | null)[]];
  /** Answers with the counts of each provider, in their order. */
  count: [
    request: { providerIds: readonly string[]; now: number },
    answer: (Omit<DeliveryCounts, "oldestDueSince"> & { oldestDueSince: number | null })[],
  ];
  /** Reads or sets a pragma of the writing connection, for tests. */
  pragma: [request: string, answer: unknown];
  close: [request: null, answer: null];
}

export type OperationName = keyof Operations;

/** Operations that change the file. Those that come together share one commit. */
export const WRITES: ReadonlySet<OperationName> = new Set([
  "recordOne",
  "record",
  "save",
  "makeDue",
  "noteClock",
  "noteOutage",
  "noteReadBack",
  "rewind",
  "erase",
]);

export type Request<Name extends OperationName = OperationName> = {
  [Each in Name]: readonly [name: Each, request: Operations[Each][0]];
}[Name];

/** A message to the writer. */
export type Parcel =
  /** Requests to carry out together with those of the parcels before. The last one triggers the commit. */
  | { readonly kind: "requests"; readonly requests: readonly Request[]; readonly isLast: boolean }
  /** A part of one large `record`. It is written as it arrives, and committed or rolled back at the end. */
  | { readonly kind: "changes"; readonly changes: readonly ChangeRow[] }
  | { readonly kind: "end"; readonly isWanted: boolean };

/** A failure in the form that can be sent between threads. */
export interface WriterFailure {
  readonly code: EnforcementErrorCode;
  readonly message: string;
  readonly field?: string;
  readonly retryable?: boolean;
}

/** The values of all requests of a commit, or their failures. */
export interface Answers {
  readonly values: readonly unknown[];
  /** By the request's index; null: there are none. */
  readonly failures: ReadonlyMap<number, WriterFailure> | null;
  /** The providers at which changes of permits that were known made something due. */
  readonly due: readonly string[];
}

/** `opened` is sent once, then one `answers` per commit. */
export type WriterMessage =
  | { readonly kind: "opened"; readonly isChecked: boolean }
  | { readonly kind: "refused"; readonly failure: WriterFailure }
  | ({ readonly kind: "answers" } & Answers);

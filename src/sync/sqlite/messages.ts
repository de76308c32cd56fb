import type { EnforcementErrorCode } from "../../core/errors.ts";
import type { KnownState } from "../ledger/change-status.ts";
import type { ChangeStatus, DeliveryCounts } from "../ledger/ledger.ts";

// What the ledger and its writer thread say to each other. Rows are tuples of texts and numbers: those are copied
// between threads fastest. Instants are milliseconds.

/** What the writer is told when it is started. */
export interface WriterData {
  readonly path: string;
  /** Up to which size the file is read through before it is open, in bytes. */
  readonly checkedAtOnce: number;
  /** How long a statement waits for another program's lock, in milliseconds. */
  readonly busyMs: number;
}

/** Place in the union of {@link KnownState} as the file keeps it. */
export const STATES: readonly KnownState[] = ["active", "revoked", "forgotten", "erased", "erased_revoked"];

/** A change that gives a permit, or one that takes it away. */
export type ChangeRow = PermitChangeRow | WithdrawalRow;

export type PermitChangeRow = readonly [
  kind: "issue" | "revise",
  permitId: string,
  at: number,
  revision: number,
  companyId: string,
  validTo: number | null,
  content: string,
  raws: string | null,
  providerIds: OneOrMany<string>,
];

/** A list. Most are of one entry, and a list inside a row costs as much on its way as the row. */
export type OneOrMany<Value> = Value | readonly Value[];

export type WithdrawalRow = readonly [kind: "revoke" | "forget", permitId: string, at: number];

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
];

/** What a step of overwriting what was erased has come to. `waits`: another program keeps it from going on. */
export type OverwriteStep = "more" | "done" | "waits";
export type ClockRow = readonly [latest: number | null, steadyAt: number | null, leaptBy: number | null];

/** What can be asked of the writer, and what it answers. */
export interface Operations {
  recordOne: [request: ChangeRow, answer: ChangeStatus];
  /** All of them, or nothing when there is a conflict. */
  record: [request: readonly ChangeRow[], answer: ChangeStatus[]];
  /** Whether each took effect. */
  save: [request: readonly SaveRow[], answer: boolean[]];
  makeDue: [
    request: { companyId: string; providerIds: readonly string[]; at: number; after: number; limit: number },
    answer: { count: number /** Where the next step goes on; null: all is done. */; next: number | null },
  ];
  /** Makes due what was dated by a clock that was ahead, of some permits behind `after`. */
  rewind: [
    request: { providerId: string; latest: number; now: number; after: number; limit: number },
    answer: /** Where the next step goes on; null: all is done. */ number | null,
  ];
  readClock: [request: null, answer: ClockRow];
  /** Writes the row; `latest` only where it is later than what is there, unless it is settled. */
  noteClock: [request: { row: ClockRow; isSettled: boolean }, answer: null];
  erase: [request: { endedBefore: number; now: number; limit: number }, answer: number];
  /** Adds some new permits to the tables by plate and by end. */
  index: [request: null, answer: IndexedTo];
  /** Overwrites some of what was erased. */
  overwrite: [request: null, answer: OverwriteStep];
  claim: [request: { providerId: string; now: number; limit: number; leaseMs: number }, answer: ClaimedRow[]];
  claimOne: [
    request: { providerId: string; permitId: string; now: number; leaseMs: number },
    answer: ClaimedRow | null,
  ];
  findNextDue: [request: { providerId: string }, answer: number | null];
  count: [
    request: { providerId: string; now: number },
    answer: Omit<DeliveryCounts, "oldestDueSince"> & { oldestDueSince: number | null },
  ];
  /** Reads or sets a pragma of the writing connection: for tests. */
  pragma: [request: string, answer: unknown];
  close: [request: null, answer: null];
}

export type OperationName = keyof Operations;

/** Operations that change the file: those that come together share one commit. */
export const WRITES: ReadonlySet<OperationName> = new Set([
  "recordOne",
  "record",
  "save",
  "makeDue",
  "noteClock",
  "rewind",
  "index",
  "erase",
]);

export type Request<Name extends OperationName = OperationName> = {
  [Each in Name]: readonly [name: Each, request: Operations[Each][0]];
}[Name];

/** What is sent to the writer. */
export type Parcel =
  /** Requests that are carried out together with those of the parcels before it; the last one asks for the commit. */
  | { readonly kind: "requests"; readonly requests: readonly Request[]; readonly isLast: boolean }
  /** A part of one large `record`, which is carried out as it comes in, and committed or abandoned in the end. */
  | { readonly kind: "changes"; readonly changes: readonly ChangeRow[] }
  | { readonly kind: "end"; readonly isWanted: boolean };

/** A failure as it travels between threads. */
export interface WriterFailure {
  readonly code: EnforcementErrorCode;
  readonly message: string;
  readonly field?: string;
  readonly retryable?: boolean;
}

/** One value for each request, or its failure. */
export interface Answers {
  readonly values: readonly unknown[];
  /** By the place of the request; null: there are none. */
  readonly failures: ReadonlyMap<number, WriterFailure> | null;
}

/** `opened` comes once; then one `answers` for each commit. */
export type WriterMessage =
  | { readonly kind: "opened"; readonly isChecked: boolean }
  | { readonly kind: "refused"; readonly failure: WriterFailure }
  | ({ readonly kind: "answers" } & Answers);

/** How far the indexes are complete, and how far they could be: places in the order of permits. */
export interface IndexedTo {
  readonly indexed: number;
  readonly last: number;
}

import type { Place, Problem } from "../unusable-input.ts";

/** What a vendor has, each entry with its place. */
export interface EntryList<Entry = unknown> {
  readonly entries: readonly { readonly value: Entry; readonly place: Place }[];
  /** Whether the list holds everything that the vendor has. */
  readonly complete: boolean;
  /** When the vendor gave the list. Absent: not known. */
  readonly fetchedAt?: Date;
  /** What was read of a file of its own, and may be meant otherwise. */
  readonly warnings?: readonly Problem[];
}

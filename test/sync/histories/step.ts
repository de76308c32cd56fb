import type { DirectoryEdit } from "./host-directory.ts";
import type { HostWord, PermitSpec } from "./host-permits.ts";
import type { Silence } from "./silent-statements.ts";
import type { VendorFault } from "./vendor-fault.ts";

/** How a vendor behaves until further notice. */
export type VendorCondition =
  | "well"
  | "down"
  | "slow"
  | "limiting"
  | "locked_out"
  | "silent"
  | "no_verdict"
  /** The provider, a host's own, breaks its contract again and again. */
  | "misbehaving";

/** One thing that happens in a history. Plain data, so that a history can be printed and shortened. */
export type Step =
  /** The host makes one change after the other without waiting in between. */
  | { readonly do: "say"; readonly words: readonly HostWord[] }
  /** `issueMany`: all of it or nothing. */
  | { readonly do: "say_many"; readonly specs: readonly PermitSpec[] }
  /** Changes to the directory, and `refresh` after them. */
  | { readonly do: "map"; readonly edits: readonly DirectoryEdit[]; readonly companyId: string | null }
  /** A permit is being recorded, delayed by a slow directory, while the directory changes and is refreshed. */
  | { readonly do: "map_meanwhile"; readonly word: HostWord; readonly edits: readonly DirectoryEdit[] }
  | { readonly do: "provider"; readonly change: "add" | "remove" | "replace"; readonly providerId: string }
  | { readonly do: "fault"; readonly providerId: string; readonly faults: readonly VendorFault[] }
  | { readonly do: "condition"; readonly providerId: string; readonly condition: VendorCondition }
  /** The vendor forgets the rights of some plates. */
  | { readonly do: "lose"; readonly providerId: string; readonly plates: readonly string[] }
  /** What the vendor refuses for good from now on. */
  | {
      readonly do: "refuse";
      readonly providerId: string;
      readonly plates: readonly string[];
      readonly targets: readonly string[];
    }
  /** The host's directory cannot be read a few times. */
  | { readonly do: "directory_fails"; readonly reads: number }
  /** The ledger's disk is full for a while. */
  | { readonly do: "ledger_fails"; readonly calls: number }
  /** Connections of a ledger in PostgreSQL go silent, each with the next call of a delivery. */
  | { readonly do: "connections_silent"; readonly silences: readonly Silence[] }
  /** The host reconciles the vendor with the ledger, or reasserts every right where the vendor cannot be listed. */
  | { readonly do: "repair"; readonly providerId: string }
  /** A person looks at what was refused. */
  | { readonly do: "attend"; readonly dismiss: boolean }
  /** The machine's clock is set. */
  | { readonly do: "jump"; readonly ms: number }
  /** The clock is off by so much while other things happen, and then right again. */
  | { readonly do: "leap"; readonly ms: number; readonly meanwhile: readonly Step[] }
  | { readonly do: "pass"; readonly ms: number }
  /** The process is killed after so many more doings with its ledger, and comes back later. */
  | { readonly do: "crash"; readonly after: number; readonly downMs: number }
  /** The process ends as it should, and comes back later. */
  | { readonly do: "restart"; readonly downMs: number };

export interface History {
  readonly seed: number;
  readonly start: number;
  readonly steps: readonly Step[];
  /** How long a vendor stays unwell while time passes, in milliseconds: every probe of it costs a real writing. */
  readonly longestOutageMs: number;
}

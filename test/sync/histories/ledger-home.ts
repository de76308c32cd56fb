import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import type { Silence } from "./silent-statements.ts";

/** Where one history's ledger lives: what survives when the process that used it is gone. */
export interface LedgerHome {
  /** Opens a ledger over the stored data. The process that had it open before is gone. Its store's clock, where it has one, shows `now`. */
  reopen(random: () => number, now: () => Date): Promise<Ledger>;
  dispose(): Promise<void>;
  /** Runs a call whose connection goes silent. Absent where there are none. */
  silenced?<Value>(silence: Silence, run: () => Promise<Value>): Promise<Value>;
}

/** One store for many histories, one after the other. */
export interface LedgerHomes {
  createHome(): LedgerHome;
  close(): Promise<void>;
}

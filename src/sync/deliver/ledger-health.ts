import type { Emit } from "./events.ts";

/** Tells once when the ledger fails, and once when it is back. */
export class LedgerHealth {
  readonly #emit: Emit;
  #isWell = true;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** What became of a call. */
  note(isWell: boolean): void {
    if (isWell === this.#isWell) return;
    this.#isWell = isWell;
    this.#emit({ type: isWell ? "ledger_recovered" : "ledger_failed" });
  }
}

import type { Emit } from "./events.ts";

/** Emits `ledger_failed` once when the ledger fails, and `ledger_recovered` once when it works again. */
export class LedgerHealth {
  readonly #emit: Emit;
  #isWell = true;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** Notes whether a call succeeded. */
  note(isWell: boolean): void {
    if (isWell === this.#isWell) return;
    this.#isWell = isWell;
    this.#emit({ type: isWell ? "ledger_recovered" : "ledger_failed" });
  }
}

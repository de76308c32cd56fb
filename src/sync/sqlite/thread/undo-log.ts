/** The changes in memory to undo when a transaction is rolled back. */
export class UndoLog {
  #steps: (() => void)[] = [];

  add(step: () => void): void {
    this.#steps.push(step);
  }

  get mark(): number {
    return this.#steps.length;
  }

  /** Undoes every step since `mark`, last one first. */
  undo(mark = 0): void {
    for (const step of this.#steps.splice(mark).reverse()) step();
  }

  /** Forgets all steps, because the transaction was committed. */
  clear(): void {
    this.#steps = [];
  }
}

/** What must be undone in memory when a transaction of the file is rolled back. */
export class UndoLog {
  #steps: (() => void)[] = [];

  add(step: () => void): void {
    this.#steps.push(step);
  }

  get mark(): number {
    return this.#steps.length;
  }

  /** Undoes everything since a mark, the last first. */
  undo(mark = 0): void {
    for (const step of this.#steps.splice(mark).reverse()) step();
  }

  /** It was committed. */
  clear(): void {
    this.#steps = [];
  }
}

import type { Work } from "./work.ts";

interface Cell {
  work: Work | undefined;
}

/**
 * Works by permit id; a deleted work is freed at once. A Map that is filled and emptied all the time leaves a chain of
 * old tables behind, each of which holds its entries until a full garbage collection. By then that is a hundred times
 * the current works, and every small collection copies it.
 */
export class WorkTable {
  readonly #cells = new Map<string, Cell>();

  get size(): number {
    return this.#cells.size;
  }

  get(permitId: string): Work | undefined {
    return this.#cells.get(permitId)?.work;
  }

  set(permitId: string, work: Work): void {
    this.#cells.set(permitId, { work });
  }

  delete(permitId: string): void {
    const cell = this.#cells.get(permitId);
    if (cell === undefined) return;
    cell.work = undefined;
    this.#cells.delete(permitId);
  }

  clear(): void {
    for (const permitId of this.#cells.keys()) this.delete(permitId);
  }

  *values(): Iterable<Work> {
    for (const { work } of this.#cells.values()) if (work !== undefined) yield work;
  }
}

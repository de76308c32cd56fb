/** A queue entry: an item and when it is due. */
export interface DueNode<Item> {
  readonly dueAt: number;
  /** Entries due at the same instant are taken in insertion order. */
  readonly order: number;
  readonly item: Item;
}

/** A binary heap, earliest entry first. Entries that are no longer wanted are skipped when they reach the top. */
export class DueQueue<Item> {
  #nodes: DueNode<Item>[] = [];
  #order = 0;
  readonly #isWanted: (node: DueNode<Item>) => boolean;

  constructor(isWanted: (node: DueNode<Item>) => boolean) {
    this.#isWanted = isWanted;
  }

  push(dueAt: number, item: Item): DueNode<Item> {
    const node = { dueAt, order: this.#order++, item };
    const nodes = this.#nodes;
    let index = nodes.push(node) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(node, nodes[parent])) break;
      nodes[index] = nodes[parent] as DueNode<Item>;
      index = parent;
    }
    nodes[index] = node;
    return node;
  }

  /** The earliest wanted entry, which stays in the queue. */
  peek(): DueNode<Item> | undefined {
    for (;;) {
      const first = this.#nodes[0];
      if (first === undefined || this.#isWanted(first)) return first;
      this.#removeFirst();
    }
  }

  /** Takes the earliest wanted item, if it is due. */
  take(now: number): Item | undefined {
    const first = this.peek();
    if (first === undefined || first.dueAt > now) return undefined;
    this.#removeFirst();
    return first.item;
  }

  #removeFirst(): void {
    const nodes = this.#nodes;
    const last = nodes.pop();
    if (last === undefined || nodes.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= nodes.length) break;
      if (child + 1 < nodes.length && isBefore(nodes[child + 1] as DueNode<Item>, nodes[child])) child++;
      if (!isBefore(nodes[child] as DueNode<Item>, last)) break;
      nodes[index] = nodes[child] as DueNode<Item>;
      index = child;
    }
    nodes[index] = last;
  }
}

function isBefore<Item>(one: DueNode<Item>, other: DueNode<Item> | undefined): boolean {
  if (other === undefined) return false;
  return one.dueAt === other.dueAt ? one.order < other.order : one.dueAt < other.dueAt;
}

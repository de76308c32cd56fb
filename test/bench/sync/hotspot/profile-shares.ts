/** A function in V8's profile, called by one other. */
export interface Node {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

/** To which a sample is counted. */
export type Owner = "this package" | "ky" | "p-retry" | "fetch" | "garbage collection" | "the rest";

/** Shares of the time, from 0 to 1, without the time in which nothing was to be done. */
export type Shares = Readonly<Record<Owner, number>>;

/**
 * Counts each sample to whom its function belongs. What Node does for a function counts to its caller: the Request that ky makes
 * counts to ky. What has no such caller (sockets, timers, the queue of promises) is the rest.
 */
export function sharesOf(
  nodes: readonly Node[],
  samples: readonly number[],
  timeDeltas: readonly number[],
): Shares {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const owners = new Map<number, Owner | undefined>();
  const ownerOf = (id: number): Owner | undefined => {
    if (owners.has(id)) return owners.get(id);
    const node = byId.get(id);
    const parent = parents.get(id);
    const caller = parent === undefined ? "the rest" : ownerOf(parent);
    const owner = node === undefined ? "the rest" : judge(node.callFrame, caller);
    owners.set(id, owner);
    return owner;
  };

  const times = new Map<Owner, number>();
  samples.forEach((id, index) => {
    const owner = ownerOf(id);
    if (owner !== undefined) times.set(owner, (times.get(owner) ?? 0) + (timeDeltas[index] ?? 0));
  });
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  const shareOf = (owner: Owner) => (times.get(owner) ?? 0) / total;
  return {
    "this package": shareOf("this package"),
    ky: shareOf("ky"),
    "p-retry": shareOf("p-retry"),
    fetch: shareOf("fetch"),
    "garbage collection": shareOf("garbage collection"),
    "the rest": shareOf("the rest"),
  };
}

/** `undefined` for the time in which nothing was to be done. */
function judge({ functionName, url }: Node["callFrame"], caller: Owner | undefined): Owner | undefined {
  if (functionName === "(idle)") return undefined;
  if (functionName === "(garbage collector)") return "garbage collection";
  if (url.includes("/node_modules/ky/")) return "ky";
  if (url.includes("/node_modules/p-retry/")) return "p-retry";
  if (url.includes("/dist/")) return "this package";
  if (/internal\/deps\/undici|internal\/webstreams|node_modules\/undici/.test(url)) {
    return caller === "ky" ? "ky" : "fetch";
  }
  return caller;
}

import { runChild } from "./bench-child.ts";

/** How large the index of so many permits is. */
export interface IndexSize {
  readonly permits: number;
  readonly bytesPerPermit: number;
}

/** Most bytes of index for each permit. */
export const MAX_BYTES_PER_PERMIT = 250;

/**
 * Measures the index of `memoryPermits`: the heap that becomes free when it is dropped while every permit object is
 * still held. A plate's or an id's text belongs to its permit; maps, their keys' places and lists are the index.
 */
export async function measureIndex(permits: number): Promise<IndexSize> {
  const bytesPerPermit = await runChild<number>("index-size.ts", {
    args: [String(permits)],
    nodeOptions: ["--expose-gc", "--max-old-space-size=8192"],
  });
  return { permits, bytesPerPermit };
}

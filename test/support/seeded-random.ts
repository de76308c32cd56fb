/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Runs a test with a seed, `SEED` where it is set, and names the seed when the test fails. */
export async function withSeed(run: (random: () => number) => Promise<void>): Promise<void> {
  const seed = Number(process.env["SEED"] ?? 20_260_915);
  try {
    await run(seededRandom(seed));
  } catch (thrown) {
    throw new Error(`It fails with SEED=${seed}: ${String(thrown)}`, { cause: thrown });
  }
}

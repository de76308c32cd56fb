// What idle providers hold: `many/memory-process.ts <providers>`, with --expose-gc. It sends the bytes of each.
import { memoryLedger } from "@offstreet/enforcement";
import { createHotSpot, createManySync, createPassport } from "./customers.ts";

const count = Number(process.argv[2] ?? "1");
const ORIGIN = "http://127.0.0.1:9";

async function usedBytes(): Promise<number> {
  for (let round = 0; round < 5; round += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function run(of: number): Promise<ReturnType<typeof createManySync>> {
  const create = (customer: number) =>
    (customer % 2 === 0 ? createPassport : createHotSpot)(customer, ORIGIN);
  const sync = createManySync(memoryLedger(), {
    providers: Array.from({ length: of }, (_, one) => create(one)),
  });
  await sync.start();
  await sync.idle();
  return sync;
}

// Code that is loaded on first use belongs to no provider.
const first = await run(2);
const before = await usedBytes();
const sync = await run(count);
process.send?.(((await usedBytes()) - before) / count);
await sync.stop();
await first.stop();
process.once("disconnect", () => process.exit());

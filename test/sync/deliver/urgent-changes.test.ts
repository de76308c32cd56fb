import { describe, expect, it } from "vitest";
import { permit, scriptedSync } from "../scripted-sync.ts";

/** The delays between the call of `issue` and the arrival at the vendor, while a backlog is being delivered. */
async function delaysBehind(backlog: number, { batchSize }: { batchSize: number }): Promise<number[]> {
  const { sync, vendor, now, pass, until } = scriptedSync(["alpha"], { batchSize });
  const alpha = vendor();
  alpha.latencyMs = 100;
  await until(sync.issueMany(Array.from({ length: backlog }, (_, index) => permit(`B${index}`))));
  await sync.start();
  const arrivals = new Map<string, number>();
  alpha.answer = (changes) => {
    for (const { registration } of changes) arrivals.set(registration.permitId, now());
    return undefined;
  };
  const delays: number[] = [];
  for (let index = 0; index < 50; index += 1) {
    await pass(130 + 7 * index);
    const id = `S${index}`;
    const issued = now();
    await until(sync.issue(permit(id)));
    for (let waited = 0; !arrivals.has(id) && waited < 60_000; waited += 10) await pass(10);
    delays.push((arrivals.get(id) ?? Number.POSITIVE_INFINITY) - issued);
  }
  expect(arrivals.size).toBeLessThan(backlog);
  await until(sync.stop());
  return delays;
}

describe("a single change", () => {
  it.each([1, 100])(
    "does not wait for a backlog at a vendor that takes %i in a request",
    async (batchSize) => {
      const delays = await delaysBehind(20_000 * batchSize ** 0.5, { batchSize });
      expect(Math.max(...delays)).toBeLessThanOrEqual(1_000);
    },
  );
});

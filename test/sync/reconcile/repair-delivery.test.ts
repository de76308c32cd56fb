import { describe, expect, it } from "vitest";
import type { createSandbox } from "../../../src/sandbox/sandbox.ts";
import { HOUR_MS, permit, setUp } from "./reconcile-bench.ts";

type Fetch = typeof fetch;

/** Counts the requests that change something at the vendor, also how many are open at once. */
function countChanges(answer: (request: Request) => Promise<Response>) {
  const count = { begun: 0, open: 0, most: 0 };
  const counting: Fetch = async (input, init) => {
    const request = new Request(input as Request, init);
    if (!request.url.endsWith("/events")) return answer(request);
    count.begun += 1;
    count.open += 1;
    count.most = Math.max(count.most, count.open);
    try {
      // A few turns of the event loop, so that requests can overlap.
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      return await answer(request);
    } finally {
      count.open -= 1;
    }
  };
  return { count, fetch: counting };
}

function setUpCounted(concurrency: number) {
  let answer: ReturnType<typeof createSandbox>["fetch"] | undefined;
  const { count, fetch } = countChanges(async (request) => {
    if (answer === undefined) throw new TypeError("No sandbox yet.");
    return answer(request);
  });
  const bench = setUp({ fetch, concurrency });
  answer = (request) => bench.sandbox.fetch(request);
  return { ...bench, count };
}

type Bench = ReturnType<typeof setUpCounted>;

const sessionOf = ({ passport }: Bench, index: number) =>
  [...passport.sessions.values()].find(({ plate }) => plate === `AB${String(index).padStart(4, "0")}`)
    ?.sessionId ?? "none";

async function deliver({ sync }: Bench, count: number) {
  await sync.start();
  await sync.issueMany(Array.from({ length: count }, (_, index) => permit(index)));
  await sync.idle();
}

describe("repairs are sent as every delivery is", () => {
  it("not while the vendor is known to be down, but when it is back", async () => {
    const bench = setUpCounted(8);
    const { sync, passport, count } = bench;
    await deliver(bench, 3);
    const seen = bench.seen();
    bench.lose(sessionOf(bench, 0));
    bench.alter(sessionOf(bench, 1), { endTime: new Date(bench.clock().getTime() + HOUR_MS) });
    passport.faults.add({ kind: "status", status: 429, headers: { "retry-after": "3600" }, path: "/events" });
    await sync.issue(permit(9));
    await expect.poll(async () => (await sync.status()).providers[0]?.breaker.state).toBe("open");
    const begun = count.begun;

    const report = await sync.reconcile("passport");

    // It is being delivered, as the ledger has it.
    expect(report.repaired).toEqual({ missing: 1, other_end: 1, extra: 0 });
    expect(count.begun).toBe(begun);
    expect((await sync.status()).providers[0]?.pending).toBe(3);
    bench.pass(2 * HOUR_MS);
    await sync.issue(permit(10));
    await sync.idle();
    expect(bench.seen()).toEqual(expect.arrayContaining(seen));
    expect(bench.seen()).toHaveLength(5);
    await sync.stop();
  });

  it("never in more requests at once than the provider may have, its deliveries included", async () => {
    const bench = setUpCounted(1);
    const { sync, count } = bench;
    await deliver(bench, 60);
    for (let index = 0; index < 60; index += 2) bench.lose(sessionOf(bench, index));
    count.most = 0;

    const issuing = sync.issueMany(Array.from({ length: 300 }, (_, index) => permit(1_000 + index)));
    const [report] = await Promise.all([sync.reconcile("passport"), issuing]);
    await sync.reassert("passport", { perSecond: 10_000 });
    await sync.idle();

    expect(report.repaired).toEqual({ missing: 30, other_end: 0, extra: 0 });
    expect(count.most).toBe(1);
    expect(bench.seen()).toHaveLength(360);
    await sync.stop();
  });
});

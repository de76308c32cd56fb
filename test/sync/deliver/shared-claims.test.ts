import { describe, expect, it } from "vitest";
import { SharedClaims } from "../../../src/sync/deliver/shared-claims.ts";
import type { ClaimedDelivery, ClaimRequest, Ledger } from "../../../src/sync/ledger/ledger.ts";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { permit, scriptedSync } from "../scripted-sync.ts";

/** Claims over a ledger whose answers the test decides. */
function shared(answer: (request: ClaimRequest) => Promise<ClaimedDelivery[]>) {
  const requests: ClaimRequest[] = [];
  const looks: (readonly string[])[] = [];
  const ledger: Ledger = {
    ...memoryLedger(),
    claim(request) {
      requests.push(request);
      return answer(request);
    },
    async findNextDue(providerIds) {
      looks.push(providerIds);
      return new Map(providerIds.map((id) => [id, new Date(id.length)]));
    },
  };
  const timers = { now: () => new Date(0), monotonic: () => 7, after: () => () => {} };
  return {
    claims: new SharedClaims({ ledger, timers, clockKeeper: { cover: () => undefined } }),
    requests,
    looks,
  };
}

const upTo = (most: number, batchSize = 1) => ({ begin: () => most, batchSize });

const delivery = (providerId: string, permitId: string) => ({ providerId, permitId }) as ClaimedDelivery;

describe("claims of several providers", () => {
  it("that are made together are one call to the ledger, and each provider gets its own deliveries", async () => {
    const { claims, requests } = shared(async () => [
      delivery("a", "1"),
      delivery("b", "2"),
      delivery("a", "3"),
    ]);
    const [a, b, c] = await Promise.all(["a", "b", "c"].map((id) => claims.claim(id, upTo(2))));
    expect(requests.map(({ limits }) => Object.fromEntries(limits))).toEqual([{ a: 2, b: 2, c: 2 }]);
    expect(a).toMatchObject({
      deliveries: [{ permitId: "1" }, { permitId: "3" }],
      isAll: false,
      claimedAt: 7,
    });
    expect(b).toMatchObject({ deliveries: [{ permitId: "2" }], isAll: true });
    expect(c).toMatchObject({ deliveries: [], isAll: true });
  });

  it("that are made during a call share the next one", async () => {
    let end = () => {};
    const { claims, requests } = shared(
      () =>
        new Promise((resolve) => {
          end = () => resolve([]);
        }),
    );
    const first = claims.claim("a", upTo(1));
    await Promise.resolve();
    const later = ["b", "c"].map((id) => claims.claim(id, upTo(1)));
    await Promise.resolve();
    expect(requests).toHaveLength(1);
    end();
    await first;
    await new Promise((resolve) => setImmediate(resolve));
    end();
    await Promise.all(later);
    expect(requests.map(({ limits }) => [...limits.keys()])).toEqual([["a"], ["b", "c"]]);
  });

  it("divide the limit: a thousand providers get a few deliveries each, and one alone gets all it asks for", async () => {
    const { claims, requests } = shared(async () => []);
    await claims.claim("alone", upTo(1_600));
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => claims.claim(`p${index}`, upTo(1_600))));
    expect(requests[0]?.limits.get("alone")).toBe(1_600);
    expect(new Set(requests[1]?.limits.values())).toEqual(new Set([8]));
  });

  it("leave a provider whose requests carry many operations a good part of one", async () => {
    const { claims, requests } = shared(async () => []);
    const batchSizes = [1, 20, 100];
    await Promise.all(
      Array.from({ length: 999 }, (_, index) =>
        claims.claim(`p${index}`, upTo(1_600, batchSizes[index % 3])),
      ),
    );
    expect([...(requests[0]?.limits.values() ?? [])].slice(0, 3)).toEqual([8, 20, 32]);
  });

  it("fail together, and the next call works as usual", async () => {
    let isWell = false;
    const { claims } = shared(async () => {
      if (!isWell) throw new Error("It is away.");
      return [];
    });
    const both = await Promise.allSettled([claims.claim("a", upTo(1)), claims.claim("b", upTo(1))]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    isWell = true;
    expect(await claims.claim("a", upTo(1))).toMatchObject({ isAll: true });
  });

  it("look ahead in one call", async () => {
    const { claims, looks } = shared(async () => []);
    const found = await Promise.all(["a", "bb"].map((id) => claims.findNextDue(id)));
    expect(looks).toEqual([["a", "bb"]]);
    expect(found).toEqual([new Date(1), new Date(2)]);
  });
});

describe("a change, in a sync of many providers", () => {
  it("is delivered at once also when the ledger is wrapped and names no provider", async () => {
    const { sync, vendor, pass, until } = scriptedSync(["alpha", "beta"], {
      wrap: (ledger) => ({ ...ledger, record: (changes) => ledger.record(changes) }),
    });
    await sync.start();
    await pass(1_000);
    await sync.issue(permit("P1"));
    await pass(1_000);
    await sync.revoke("P1");
    await pass(1_000);
    for (const id of ["alpha", "beta"]) expect(vendor(id).requests).toEqual(["register P1", "cancel P1"]);
    await until(sync.stop());
  });

  it("is waited for, and shown by status, with one question for all providers", async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `p${index}`);
    const asked: number[] = [];
    const { sync, until } = scriptedSync(ids, {
      wrap: (ledger) => ({
        ...ledger,
        count(providerIds, now) {
          asked.push(providerIds.length);
          return ledger.count(providerIds, now);
        },
      }),
    });
    await sync.start();
    await until(sync.issue(permit("P1")));
    await until(sync.idle());
    const { providers } = await sync.status();
    expect(providers.map(({ providerId, pending }) => [providerId, pending])).toEqual(
      ids.map((id) => [id, 0]),
    );
    expect(new Set(asked)).toEqual(new Set([50]));
    expect(asked.length).toBeLessThanOrEqual(3);
    await until(sync.stop());
  });

  it("makes the ledger search only the providers that it affects", async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `p${index}`);
    const asked: string[][] = [];
    const { sync, vendor, pass, until } = scriptedSync(ids, {
      wrap: (ledger) => ({
        ...ledger,
        claim(request) {
          asked.push([...request.limits.keys()]);
          return ledger.claim(request);
        },
      }),
      directory: {
        getCompany: (id) => ({ id, name: id, providers: { [id]: { enabled: true } } }),
        listLocations: (companyId) => [
          {
            id: "lot",
            companyId,
            name: "Lot",
            providers: { [companyId]: { enabled: true, target: "zone" } },
          },
        ],
      },
    });
    await sync.start();
    await pass(1_000);
    // All at once, and most of them once more when the clock is settled.
    expect(asked.map((some) => some.length)).toEqual([50, expect.any(Number)]);
    asked.length = 0;
    await until(sync.issue({ ...permit("P1"), companyId: "p7", locationIds: ["lot"] }));
    await until(sync.idle());
    expect(vendor("p7").requests).toEqual(["register P1"]);
    expect(new Set(asked.flat())).toEqual(new Set(["p7"]));
    asked.length = 0;
    await until(sync.revoke("P1"));
    await until(sync.refresh({ companyId: "p7" }));
    await until(sync.idle());
    expect(vendor("p7").requests).toEqual(["register P1", "cancel P1"]);
    expect(new Set(asked.flat())).toEqual(new Set(["p7"]));
    await until(sync.stop());
  });
});

import { describe, expect, it } from "vitest";
import { EnforcementError, type EnforcementErrorCode } from "../../../src/core/errors.ts";
import { listAll } from "../list-all.ts";
import { permit, scriptedSync } from "../scripted-sync.ts";

const MINUTE_MS = 60_000;
const many = (count: number, letter = "P") =>
  Array.from({ length: count }, (_, index) => permit(`${letter}${index}`));
const error = (code: EnforcementErrorCode, details: ConstructorParameters<typeof EnforcementError>[2] = {}) =>
  new EnforcementError(code, "No.", { attempts: 1, ...details });

describe("a gateway that answers in the vendor's place", () => {
  const verdictless = [
    ["as not applied", error("unavailable", { status: 404 })],
    ["as unknown", error("unavailable", { status: 404, outcome: "unknown" })],
    ["with a page under 200", error("invalid_response", { status: 200, outcome: "unknown" })],
  ] as const;

  it.each([1, 10])("causes no final refusal in two seconds, with batches of %i", async (batchSize) => {
    for (const [, gateway] of verdictless) {
      const { sync, vendor, types, pass, until } = scriptedSync(["alpha"], { batchSize });
      const alpha = vendor();
      alpha.answer = () => gateway;
      await sync.start();
      await until(sync.issueMany(many(20)));
      await pass(1_000);
      const [status] = (await sync.status()).providers;
      expect(status).toMatchObject({ pending: 20, failed: 0 });
      // Two unreadable replies do not show yet that the vendor is down.
      if (gateway.code === "unavailable") expect(status?.breaker.state).not.toBe("closed");
      await pass(1_000);
      alpha.answer = () => undefined;
      await pass(MINUTE_MS);
      expect(alpha.live.size).toBe(20);
      expect(await listAll(sync.failures())).toEqual([]);
      expect(types()).not.toContain("refused");
      expect(types().filter((type) => type.startsWith("provider"))).toEqual(["provider_down", "provider_up"]);
      await until(sync.stop());
    }
  });
});

describe("credentials that are refused", () => {
  it("keep deliveries waiting, and cause no failure of any", async () => {
    const { sync, vendor, pass, until } = scriptedSync();
    const alpha = vendor();
    alpha.answer = () => error("unauthorized", { status: 400, vendorCode: "invalid_client" });
    await sync.start();
    await until(sync.issueMany(many(20)));
    await pass(24 * 60 * MINUTE_MS);
    expect((await sync.status()).providers).toMatchObject([
      { pending: 20, failed: 0, breaker: { state: "open", code: "unauthorized" } },
    ]);
    alpha.answer = () => undefined;
    await pass(2 * MINUTE_MS);
    expect(alpha.live.size).toBe(20);
    expect(await listAll(sync.failures())).toEqual([]);
    await until(sync.stop());
  });
});

describe("a request that waited for a free place until the deadline", () => {
  const noPlace = error("unavailable", { attempts: 0 });

  it("counts as not tried: it emits no event, and is dropped when it is no longer wanted", async () => {
    const { sync, ledger, vendor, events, pass, until } = scriptedSync();
    const alpha = vendor();
    let count = 0;
    alpha.answer = () => {
      count += 1;
      return count <= 2 ? noPlace : undefined;
    };
    await sync.start();
    await until(sync.issue(permit("P1")));
    await pass(21);
    const [kept] = await listAll(ledger.listAt("alpha", "zone"));
    expect(kept?.delivery.rights).toMatchObject([{ intent: { attempts: 0 }, failure: null }]);
    expect(kept?.delivery.rights[0]?.intent?.tries).toBeUndefined();
    expect(events).toEqual([]);
    await until(sync.revoke("P1"));
    await until(sync.idle());
    expect(alpha.requests).toEqual(["register P1"]);
    expect(events).toEqual([]);
    await until(sync.stop());
  });
});

describe.each(["invalid_config", "invalid_response"] as const)("%s about one registration", (code) => {
  const bad = error(
    code,
    code === "invalid_response" ? { outcome: "unknown", status: 200 } : { attempts: 0 },
  );

  it.each([1, 10])("opens no breaker for the waiting ones, with batches of %i", async (batchSize) => {
    const { sync, vendor, types, pass, until } = scriptedSync(["alpha"], { batchSize });
    const alpha = vendor();
    const isBad = (permitId: string) => permitId.startsWith("BAD");
    alpha.answer = (changes) =>
      changes.some(({ registration }) => isBad(registration.permitId)) ? bad : undefined;
    await sync.start();
    await until(sync.issue(permit("BAD1")));
    await pass(10 * MINUTE_MS);
    expect((await sync.status()).providers).toMatchObject([
      { pending: 1, failed: 0, breaker: { state: "closed" } },
    ]);
    const asked = alpha.requests.length;
    // 1 s, 2 s, 4 s … at most.
    expect(asked).toBeGreaterThan(9);
    expect(asked).toBeLessThan(22);
    await until(sync.issueMany(many(20)));
    await pass(200);
    expect(alpha.live.size).toBe(20);
    expect(types()).not.toContain("provider_down");
    expect(types().filter((type) => type === "held")).toHaveLength(asked);
    alpha.answer = () => undefined;
    await pass(10 * MINUTE_MS);
    expect(alpha.live.size).toBe(21);
    await until(sync.stop());
  });

  it("does not delay the others of its batch", async () => {
    const { sync, vendor, pass, until } = scriptedSync(["alpha"], { batchSize: 100 });
    const alpha = vendor();
    alpha.answer = (changes) =>
      changes.some(({ registration }) => registration.permitId === "BAD1") ? bad : undefined;
    await sync.start();
    await until(sync.issueMany([...many(10), permit("BAD1"), ...many(10, "Q")]));
    await pass(MINUTE_MS);
    expect(alpha.live.size).toBe(20);
    await until(sync.stop());
  });

  it("does not delay twenty good ones, also when several permits fail so", async () => {
    const { sync, vendor, pass, until } = scriptedSync(["alpha"], { batchSize: 1, concurrency: 1 });
    const alpha = vendor();
    alpha.answer = ([change]) => (change?.registration.permitId.startsWith("BAD") ? bad : undefined);
    await sync.start();
    await until(sync.issueMany([...many(30, "BAD"), ...many(20)]));
    await pass(MINUTE_MS);
    expect(alpha.live.size).toBe(20);
    await until(sync.stop());
  });

  it("counts as the vendor's failure once several permits have it and no other gets through", async () => {
    const { sync, vendor, events, types, pass, until } = scriptedSync(["alpha"], { batchSize: 1 });
    const alpha = vendor();
    alpha.answer = () => bad;
    await sync.start();
    await until(sync.issueMany(many(20)));
    await pass(MINUTE_MS);
    expect((await sync.status()).providers).toMatchObject([
      { pending: 20, breaker: { state: "open", code } },
    ]);
    expect(events.filter(({ type }) => type === "provider_down")).toMatchObject([{ code }]);
    alpha.answer = () => undefined;
    await pass(10 * MINUTE_MS);
    expect(alpha.live.size).toBe(20);
    expect(types().filter((type) => type === "provider_up")).toHaveLength(1);
    await until(sync.stop());
  });
});

describe("one registration that a gateway refuses", () => {
  it("is retried at growing intervals", async () => {
    const { sync, vendor, pass, until } = scriptedSync(["alpha"], { batchSize: 1 });
    const alpha = vendor();
    alpha.answer = ([change]) =>
      change?.registration.permitId === "BAD1" ? error("unavailable", { status: 403 }) : undefined;
    await sync.start();
    await until(sync.issue(permit("BAD1")));
    for (let minute = 0; minute < 10; minute += 1) {
      await until(sync.issue(permit(`G${minute}`)));
      await pass(MINUTE_MS);
    }
    expect(alpha.live.size).toBe(10);
    expect(alpha.requests.filter((request) => request.includes("BAD1")).length).toBeLessThan(25);
    await until(sync.stop());
  });
});

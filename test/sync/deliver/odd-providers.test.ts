import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EnforcementError } from "../../../src/core/errors.ts";
import type { PushProvider } from "../../../src/core/provider.ts";
import { listAll } from "../list-all.ts";
import { permit, START, scriptedSync } from "../scripted-sync.ts";

const MINUTE_MS = 60_000;
type Many = PushProvider["registerMany"];

// A provider may be the host's own. Whatever it does has one of three results: `invalid_response` and a wait of its
// own, the EnforcementError that it threw, or `timeout`.
const carriedOut = async (many: Many, ...args: Parameters<Many>) => many(...args);
const withReceipts =
  (change: (receipt: object) => object) =>
  (many: Many) =>
  async (...args: Parameters<Many>) =>
    (await carriedOut(many, ...args)).map((outcome) =>
      outcome.ok ? { ok: true, value: { ...outcome.value, ...change(outcome.value) } } : outcome,
    );
const ODD: Readonly<Record<string, (many: Many) => (...args: Parameters<Many>) => unknown>> = {
  "throws a TypeError": () => () => {
    throw new TypeError("Cannot read properties of undefined (GXK204)");
  },
  "throws nothing": () => () => {
    throw undefined;
  },
  "rejects with a TypeError": () => async () => {
    throw new TypeError("GXK204");
  },
  "carries all out and rejects":
    (many) =>
    async (...args) => {
      await carriedOut(many, ...args);
      throw new Error("GXK204");
    },
  "returns undefined": () => () => undefined,
  "returns no promise": () => () => 42,
  "resolves with null": () => async () => null,
  "resolves with one outcome": () => async () => ({ ok: true }),
  "resolves with an object like a list": () => async () => ({ length: 1, 0: { ok: true } }),
  "leaves an outcome out":
    (many) =>
    async (...args) =>
      (await carriedOut(many, ...args)).slice(1),
  "returns one too many":
    (many) =>
    async (...args) => {
      const outcomes = await carriedOut(many, ...args);
      return [...outcomes, ...outcomes];
    },
  "returns holes": () => async (registrations) => Array.from({ length: registrations.length }),
  "returns null for each": () => async (registrations) => registrations.map(() => null),
  "returns texts": () => async (registrations) => registrations.map(() => "ok"),
  "returns ok that is no true": () => async (registrations) =>
    registrations.map(() => ({ ok: 1, value: {} })),
  "returns failures without an error": () => async (registrations) =>
    registrations.map(() => ({ ok: false })),
  "returns failures with other errors": () => async (registrations) =>
    registrations.map(() => ({ ok: false, error: new Error("GXK204") })),
  "returns no receipt": () => async (registrations) => registrations.map(() => ({ ok: true })),
  "returns receipts of nothing": () => async (registrations) =>
    registrations.map(() => ({ ok: true, value: { v: 1, providerId: "alpha" } })),
  "returns another provider's receipts":
    (many) =>
    async (...args) =>
      (await carriedOut(many, ...args)).map((outcome) =>
        outcome.ok ? { ok: true, value: { ...outcome.value, providerId: "beta" } } : outcome,
      ),
  "returns receipts without an instant":
    (many) =>
    async (...args) =>
      (await carriedOut(many, ...args)).map((outcome) =>
        outcome.ok ? { ok: true, value: { ...outcome.value, coveredUntil: "soon" } } : outcome,
      ),
  "returns receipts that have ended":
    (many) =>
    async (...args) =>
      (await carriedOut(many, ...args)).map((outcome) =>
        outcome.ok
          ? { ok: true, value: { ...outcome.value, coveredUntil: "2020-01-01T00:00:00Z" } }
          : outcome,
      ),
  "returns receipts with a damaged reference": withReceipts(() => ({ reference: "\ud800" })),
  "returns receipts with a target that no database takes": withReceipts(() => ({ target: "a\0b" })),
  "returns receipts for a year of five digits": withReceipts(() => ({
    coveredUntil: "+010000-01-01T00:00:00.000Z",
  })),
  "returns promises that reject": () => async (registrations) =>
    registrations.map(() => Promise.reject(new Error("GXK204"))),
  "returns promises by name": () => async () => ({ one: Promise.reject(new Error("GXK204")) }),
  "returns outcomes that throw": () => async (registrations) =>
    registrations.map(() => ({
      get ok() {
        throw new Error("GXK204");
      },
    })),
};

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", note);
});
afterEach(() => {
  process.off("unhandledRejection", note);
});

describe("a provider that breaks its contract", () => {
  // A cancellation leaves no receipt, so the value in its place is not read.
  const cases = Object.entries(ODD).flatMap(([name, make]) =>
    (["registerMany", "amendMany", "cancelMany"] as const)
      .filter((method) => method !== "cancelMany" || !name.includes("receipt"))
      .map((method) => ({ name, make, method })),
  );
  console.info(`Providers that break their contract: ${cases.length} cases.`);

  it.each(cases)(
    "$name from $method: is called again at growing intervals, and nothing is lost",
    async (odd) => {
      const { sync, vendor, events, pass, until } = scriptedSync();
      const alpha = vendor();
      await sync.start();
      if (odd.method !== "registerMany") {
        await until(sync.issue(permit("P1")));
        await until(sync.idle());
      }
      const calls: unknown[] = [];
      const methods = { [odd.method]: alpha.provider[odd.method] };
      const broken = odd.make(alpha.provider[odd.method] as Many);
      Object.assign(alpha.provider, {
        [odd.method](...args: Parameters<Many>) {
          calls.push(args);
          return broken(...args);
        },
      });
      if (odd.method === "registerMany") await until(sync.issue(permit("P1")));
      else if (odd.method === "amendMany") {
        await until(sync.revise(permit("P1", { revision: 2, validTo: "2027-03-31T00:00:00Z" })));
      } else await until(sync.revoke("P1"));
      await pass(5 * MINUTE_MS);

      expect((await sync.status()).providers).toMatchObject([{ pending: 1, failed: 0 }]);
      expect(calls.length).toBeGreaterThan(5);
      expect(calls.length).toBeLessThan(15);
      expect(events.filter(({ type }) => type === "held")[0]).toMatchObject({ code: "invalid_response" });
      Object.assign(alpha.provider, methods);
      await pass(10 * MINUTE_MS);
      expect((await sync.status()).providers).toMatchObject([{ pending: 0, failed: 0 }]);
      expect(alpha.live.size).toBe(odd.method === "cancelMany" ? 0 : 1);
      expect(JSON.stringify([events, await listAll(sync.failures())])).not.toContain("GXK204");
      await until(sync.stop());
      expect(unhandled).toEqual([]);
    },
  );

  it("throws a refusal for a whole batch: only the one registration is refused, and the others are delivered", async () => {
    const { sync, vendor, pass, until } = scriptedSync();
    const alpha = vendor();
    const { registerMany } = alpha.provider;
    Object.assign(alpha.provider, {
      // As a loop over single requests does: the registrations after the refused one are not sent.
      async registerMany(...[registrations, options]: Parameters<Many>) {
        const outcomes: Awaited<ReturnType<Many>> = [];
        for (const registration of registrations) {
          if (registration.permitId === "BAD") throw new EnforcementError("rejected", "No.", { attempts: 1 });
          outcomes.push(...(await registerMany([registration], options)));
        }
        return outcomes;
      },
    });
    const good = (index: number) => permit(`P${index}`);
    await sync.start();
    await until(sync.issueMany([good(0), good(1), permit("BAD"), good(2), good(3)]));
    await pass(5 * MINUTE_MS);
    expect(alpha.live.size).toBe(4);
    expect(await listAll(sync.failures())).toMatchObject([{ permitId: "BAD", code: "rejected" }]);
    expect((await sync.status()).providers).toMatchObject([{ pending: 0, failed: 1 }]);
    await until(sync.stop());
  });

  it("throws for a whole batch of which it sent a part: a permit that is revoked then is cancelled", async () => {
    const { sync, vendor, pass, until } = scriptedSync();
    const alpha = vendor();
    const { registerMany } = alpha.provider;
    Object.assign(alpha.provider, {
      async registerMany(...[registrations, options]: Parameters<Many>) {
        await registerMany(registrations.slice(0, 1), options);
        throw new EnforcementError("unavailable", "Away.", { attempts: 1, outcome: "not_applied" });
      },
    });
    await sync.start();
    await until(sync.issueMany([permit("P1"), permit("P2")]));
    await pass(1);
    await pass(20);
    expect(alpha.live.size).toBe(1);
    Object.assign(alpha.provider, { registerMany });
    await until(sync.revoke("P1"));
    await pass(5 * MINUTE_MS);
    expect(alpha.requests).toContain("cancel P1");
    expect(alpha.live.size).toBe(1);
    await until(sync.stop());
  });

  it("returns receipts that JSON cannot hold: their checked part is kept, and can be cancelled", async () => {
    const { sync, ledger, vendor, until } = scriptedSync();
    const alpha = vendor();
    const circle = (receipt: object) => ({ receipt, cents: 10n });
    Object.assign(alpha.provider, {
      registerMany: withReceipts(circle)(alpha.provider.registerMany),
    });
    await sync.start();
    await until(sync.issue(permit("P1")));
    await until(sync.idle());
    const [kept] = await listAll(ledger.listAt("alpha", "zone"));
    const [right] = kept?.delivery.rights ?? [];
    expect(right?.receipt).toStrictEqual({
      v: 1,
      providerId: "alpha",
      reference: right?.reference,
      target: "zone",
      registration: right?.registration,
      coveredUntil: "2026-12-31T00:00:00.000Z",
    });
    await until(sync.revoke("P1"));
    await until(sync.idle());
    expect(alpha.live.size).toBe(0);
    await until(sync.stop());
  });

  it("leaves a receipt out: the others are not mixed up", async () => {
    const { sync, vendor, ledger, pass, until } = scriptedSync();
    const alpha = vendor();
    const { registerMany } = alpha.provider;
    Object.assign(alpha.provider, {
      registerMany: async (...[registrations, options]: Parameters<Many>) => {
        const isBad = registrations.length > 1;
        const outcomes = await registerMany(isBad ? registrations.slice(1) : registrations, options);
        return outcomes;
      },
    });
    await sync.start();
    await until(sync.issueMany([permit("P1"), permit("P2"), permit("P3")]));
    await pass(MINUTE_MS);
    for (const { permitId, delivery } of await listAll(ledger.listAt("alpha", "zone"))) {
      expect(delivery.rights).toMatchObject([{ intent: null, receipt: { registration: { permitId } } }]);
    }
    expect(alpha.live.size).toBe(3);
    await until(sync.stop());
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, "60000", null])(
    "asks sync to wait for %s: no finite number of milliseconds, which is ignored",
    async (retryAfterMs) => {
      const { sync, vendor, pass, until } = scriptedSync();
      const alpha = vendor();
      const asks = { retryAfterMs: retryAfterMs as number };
      const codes = ["rate_limited", "unavailable", "invalid_response"] as const;
      for (const [index, code] of codes.entries()) {
        alpha.answer = () => new EnforcementError(code, "Later.", asks);
        await sync.start();
        await until(sync.issue(permit(`P${index}`)));
        await pass(1_000);
        alpha.answer = () => undefined;
        await pass(10_000);
        expect((await sync.status()).providers).toMatchObject([{ pending: 0, failed: 0 }]);
      }
      await until(sync.stop());
    },
  );

  it("asks sync to wait for longer than an hour: it is called again after one hour", async () => {
    const { sync, vendor, pass, until } = scriptedSync();
    const alpha = vendor();
    alpha.answer = () => new EnforcementError("rate_limited", "Later.", { retryAfterMs: 1e300 });
    await sync.start();
    await until(sync.issue(permit("P1")));
    await pass(MINUTE_MS);
    alpha.answer = () => undefined;
    await pass(61 * MINUTE_MS);
    expect((await sync.status()).providers).toMatchObject([{ pending: 0, failed: 0 }]);
    await until(sync.stop());
  });

  it("ignores its signal for ever: its place is free again after the bound, and the request is reported as stuck", async () => {
    const { sync, vendor, events, types, now, pass, until } = scriptedSync(["alpha"], {
      concurrency: 2,
      batchSize: 1,
    });
    const alpha = vendor();
    const { registerMany } = alpha.provider;
    const endings: ((outcomes: Awaited<ReturnType<Many>>) => void)[] = [];
    let calls = 0;
    Object.assign(alpha.provider, {
      registerMany(...args: Parameters<Many>) {
        calls += 1;
        return calls <= 4 ? new Promise((resolve) => endings.push(resolve)) : registerMany(...args);
      },
    });
    const stuck = async () => (await sync.status()).providers.map((provider) => provider.stuck);
    await sync.start();
    const issuedAt = now();
    await until(sync.issueMany([permit("P1"), permit("P2"), permit("P3")]));
    await pass(39_000);
    expect(await stuck()).toEqual([0]);
    await pass(10 * MINUTE_MS);
    expect(alpha.live.size).toBe(3);
    expect(types()).toContain("provider_down");
    const named = {
      type: "request_stuck",
      at: expect.any(Date),
      providerId: "alpha",
      operation: "register",
      count: 1,
    };
    expect(events.filter(({ type }) => type === "request_stuck")).toEqual([named, named, named, named]);
    expect(await stuck()).toEqual([4]);
    const [{ stuckRequests = [] } = {}] = (await sync.status()).providers;
    expect(stuckRequests).toEqual(
      stuckRequests.map(({ permitIds }) => ({
        ...{ operation: "register", count: 1, permitIds, since: expect.any(Date) },
      })),
    );
    expect(stuckRequests.slice(0, 2).flatMap(({ permitIds }) => permitIds)).toEqual(["P1", "P2"]);
    const began = stuckRequests.map(({ since }) => since.getTime());
    expect(began).toEqual([...began].sort((one, other) => one - other));
    expect(began.slice(0, 2)).toEqual([issuedAt, issuedAt]);

    // Its late result changes nothing but the count.
    endings[0]?.([]);
    endings[1]?.([{ ok: false, error: new EnforcementError("rejected", "No.") }]);
    await pass(MINUTE_MS);
    expect(await stuck()).toEqual([2]);
    expect((await sync.status()).providers).toMatchObject([{ pending: 0, failed: 0 }]);
    expect(alpha.live.size).toBe(3);
    await until(sync.stop());
  });

  it("ends a request late: a request that stop() gave up counts as stuck until it has ended", async () => {
    const { sync, vendor, types, pass, until } = scriptedSync();
    const alpha = vendor();
    const { registerMany } = alpha.provider;
    let end: (() => void) | undefined;
    Object.assign(alpha.provider, {
      registerMany: (...args: Parameters<Many>) =>
        new Promise((resolve) => {
          end = () => resolve(registerMany(...args));
        }),
    });
    await sync.start();
    await until(sync.issue(permit("P1")));
    await pass(100);
    await until(sync.stop());
    expect(types()).toEqual(["request_stuck"]);
    const since = new Date(START);
    expect((await sync.status()).providers).toMatchObject([
      {
        ...{ stuck: 1, inFlight: 0 },
        stuckRequests: [{ operation: "register", count: 1, permitIds: ["P1"], since }],
      },
    ]);
    end?.();
    await pass(MINUTE_MS);
    expect((await sync.status()).providers).toMatchObject([{ stuck: 0, stuckRequests: [] }]);
    Object.assign(alpha.provider, { registerMany });
    await sync.start();
    await until(sync.idle());
    expect(alpha.live.size).toBe(1);
    await until(sync.stop());
  });
});

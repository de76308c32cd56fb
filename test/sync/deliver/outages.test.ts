import { describe, expect, it } from "vitest";
import { EnforcementError } from "../../../src/core/errors.ts";
import { countOf } from "../ledger/count-of.ts";
import { permit, START, scriptedSync } from "../scripted-sync.ts";

const down = new EnforcementError("unavailable", "It is down.", { outcome: "unknown" });
const many = (count: number) => Array.from({ length: count }, (_, index) => permit(`P${index}`));

describe("a vendor that is down", () => {
  it("is reported once, gets one operation at a time, and is reported once when it is back", async () => {
    const { sync, vendor, types, pass, until } = scriptedSync();
    const alpha = vendor();
    alpha.answer = () => down;
    await sync.start();
    await until(sync.issueMany(many(200)));
    await pass(30_000);
    expect((await sync.status()).providers).toMatchObject([
      { pending: 200, oldestPendingMs: 30_000, breaker: { state: "open", code: "unavailable" } },
    ]);
    const whole = alpha.requests.filter((request) => request.includes("+")).length;
    // Eight were in progress, and two of them had ended before the third opened the breaker.
    expect(whole).toBe(10);
    // 0.25 s, 0.5 s, 1 s … between them.
    expect(alpha.requests.length - whole).toBeLessThanOrEqual(8);
    alpha.answer = () => undefined;
    await until(sync.idle());
    expect(alpha.live.size).toBe(200);
    expect(types().filter((type) => type.startsWith("provider"))).toEqual(["provider_down", "provider_up"]);
    await until(sync.stop());
  });

  it("delays no delivery to another vendor", async () => {
    const { sync, vendor, pass, until } = scriptedSync(["alpha", "beta"]);
    vendor().answer = () => "never";
    await sync.start();
    await until(sync.issueMany(many(50)));
    await pass(200);
    expect(vendor("beta").live.size).toBe(50);
    expect(vendor().live.size).toBe(0);
    await until(sync.stop());
  });

  it("is called again at the time that it named, and not before", async () => {
    const { sync, vendor, pass, until } = scriptedSync();
    const alpha = vendor();
    alpha.answer = () => new EnforcementError("rate_limited", "Slower.", { retryAfterMs: 45_000 });
    await sync.start();
    await until(sync.issue(permit("P1")));
    await pass(44_000);
    expect(alpha.requests).toHaveLength(1);
    alpha.answer = () => undefined;
    await pass(3_000);
    expect(alpha.live.size).toBe(1);
    await until(sync.stop());
  });

  it("is called at once when its provider is replaced, which does not end the outage", async () => {
    const { sync, vendor, createVendor, types, pass, until } = scriptedSync();
    vendor().answer = () => new EnforcementError("unauthorized", "Who are you?");
    await sync.start();
    await until(sync.issue(permit("P1")));
    await pass(120_000);
    const renewed = createVendor("alpha");
    await until(sync.replaceProvider(renewed.provider));
    await until(sync.idle());
    expect(renewed.live.size).toBe(1);
    expect(types()).toEqual(["provider_down", "provider_up", "acknowledged"]);
    await until(sync.stop());
  });
});

describe("one registration that makes the vendor fail", () => {
  it("does not delay the others", async () => {
    const { sync, vendor, until, pass } = scriptedSync();
    const alpha = vendor();
    alpha.answer = (changes) =>
      changes.some(({ registration }) => registration.permitId === "P3") ? down : undefined;
    await sync.start();
    await until(sync.issueMany(many(10)));
    await pass(10 * 60_000);
    expect(alpha.live.size).toBe(9);
    await until(sync.issueMany([permit("Q1"), permit("Q2")]));
    await pass(61_000);
    expect(alpha.live.size).toBe(11);
    await until(sync.stop());
  });
});

describe("a directory that fails", () => {
  it("delays only the companies that it fails for, withdraws nothing, and is reported once", async () => {
    const { sync, vendor, companies, types, pass, until } = scriptedSync();
    const alpha = vendor();
    await sync.start();
    await until(sync.issue(permit("P1")));
    await until(sync.idle());
    const findCompany = companies.get.bind(companies);
    companies.get = (id) => {
      if (id === "c") throw new Error("The database is away.");
      return findCompany(id);
    };
    await until(sync.revise(permit("P1", { revision: 2, validTo: null })));
    await until(sync.issue(permit("D1", { companyId: "d", locationIds: ["d-lot"] })));
    await pass(5 * 60_000);
    expect(alpha.requests).toEqual(["register P1", "register D1"]);
    companies.get = findCompany;
    await until(sync.idle());
    expect(alpha.requests.at(-1)).toBe("amend P1");
    expect(types().filter((type) => type.startsWith("directory"))).toEqual([
      "directory_failed",
      "directory_recovered",
    ]);
    await until(sync.stop());
  });
});

describe("a ledger that fails", () => {
  it("loses no result of a request: it is saved when the ledger works again", async () => {
    let isFull = false;
    const full = () => new EnforcementError("unavailable", "ledger: the disk is full.");
    const { sync, vendor, types, pass, until } = scriptedSync(["alpha"], {
      wrap: (ledger) => ({
        ...ledger,
        save: (updates) => (isFull ? Promise.reject(full()) : ledger.save(updates)),
        record: (changes, options) => (isFull ? Promise.reject(full()) : ledger.record(changes, options)),
      }),
    });
    const alpha = vendor();
    await sync.start();
    await until(sync.issue(permit("P1")));
    await pass(1);
    isFull = true;
    await pass(30_000);
    await expect(until(sync.issue(permit("P2")))).rejects.toMatchObject({ code: "unavailable" });
    isFull = false;
    await until(sync.issue(permit("P3")));
    await until(sync.idle());
    expect(alpha.requests).toEqual(["register P1", "register P3"]);
    expect(types().filter((type) => type.startsWith("ledger"))).toEqual([
      "ledger_failed",
      "ledger_recovered",
    ]);
    await until(sync.stop());
  });
});

describe("stopping", () => {
  it("waits for requests in progress, releases what was not sent, and continues after the next start", async () => {
    const { sync, vendor, ledger, until, pass } = scriptedSync(["alpha"], { concurrency: 1 });
    const alpha = vendor();
    alpha.latencyMs = 3_000;
    await sync.start();
    await until(sync.issueMany(many(30)));
    await pass(100);
    await until(sync.stop());
    expect(alpha.requests).toHaveLength(1);
    expect(alpha.live.size).toBe(10);
    await pass(60_000);
    expect(alpha.requests).toHaveLength(1);
    await sync.issue(permit("LATE"));
    expect((await countOf(ledger, "alpha", new Date(START + 120_000))).pending).toBe(21);
    await sync.start();
    await until(sync.idle());
    expect(alpha.live.size).toBe(31);
    await until(sync.stop());
  });

  it("leaves no timer that would keep the process alive, at any time and however often", async () => {
    for (const after of [0, 1, 20, 60_000]) {
      const { sync, until, pass, hasTimer } = scriptedSync(["alpha", "beta"], {
        // A ledger that still has to answer when it ends.
        wrap: (ledger) => ({
          ...ledger,
          async findNextDue(providerIds) {
            for (let turn = 0; turn < 30; turn += 1) await new Promise((resolve) => setImmediate(resolve));
            return ledger.findNextDue(providerIds);
          },
        }),
      });
      await sync.start();
      await until(sync.issueMany(many(100)));
      await until(sync.issue(permit("SOON", { validFrom: "2026-10-01T00:00:00Z" })));
      await pass(after);
      await until(Promise.all([sync.stop(), sync.stop()]));
      for (let turn = 0; turn < 5; turn += 1) await pass(1);
      expect(hasTimer()).toBe(false);
    }
  });

  it("can be followed by start() at once", async () => {
    const { sync, vendor, until, pass } = scriptedSync();
    const alpha = vendor();
    alpha.latencyMs = 5_000;
    await sync.start();
    await until(sync.issueMany(many(100)));
    await pass(100);
    const stopped = sync.stop();
    await until(sync.start());
    await until(stopped);
    await until(sync.idle());
    expect(alpha.live.size).toBe(100);
    expect(alpha.requests).toHaveLength(10);
    await until(sync.stop());
  });

  it("gives up requests that take longer than ten seconds, and repeats them later with the same reference", async () => {
    const { sync, vendor, until, pass } = scriptedSync();
    const alpha = vendor();
    alpha.answer = () => "never";
    await sync.start();
    await until(sync.issue(permit("P1")));
    await pass(100);
    await until(sync.stop());
    alpha.answer = () => undefined;
    await sync.start();
    await until(sync.idle());
    expect(alpha.requests).toEqual(["register P1", "register P1"]);
    expect(alpha.live.size).toBe(1);
    await until(sync.stop());
  });
});

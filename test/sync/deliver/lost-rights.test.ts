import { describe, expect, it } from "vitest";
import { EnforcementError } from "../../../src/core/errors.ts";
import { listAll } from "../list-all.ts";
import { permit, type ScriptedVendor, START, scriptedSync } from "../scripted-sync.ts";

const DAY_MS = 24 * 60 * 60_000;
const refusal = (reason?: "not_found" | "already_exists") =>
  new EnforcementError("rejected", "It refuses.", { attempts: 1, status: 404, vendorCode: "9009", reason });

/** The vendor answers an amendment of a right that it does not have correctly: it has no such right. */
function forgetful(vendor: ScriptedVendor): void {
  vendor.answer = (changes) => {
    const isUnknown = changes.some(({ kind, reference }) => kind === "amend" && !vendor.live.has(reference));
    return isUnknown ? refusal("not_found") : undefined;
  };
}

async function issued(changes: Parameters<typeof permit>[1] = {}) {
  const scripted = scriptedSync();
  const alpha = scripted.vendor();
  forgetful(alpha);
  await scripted.sync.start();
  await scripted.until(scripted.sync.issue(permit("P1", changes)));
  await scripted.until(scripted.sync.idle());
  const [reference] = alpha.live;
  return { ...scripted, alpha, reference };
}

describe("a right that the vendor has lost", () => {
  it("is registered again under its reference when its end changes", async () => {
    const { sync, alpha, reference, events, ledger, until } = await issued();
    alpha.live.clear();
    await until(sync.revise(permit("P1", { revision: 2, validTo: "2027-03-31T00:00:00Z" })));
    await until(sync.idle());

    expect(alpha.requests).toEqual(["register P1", "amend P1", "register P1"]);
    expect([...alpha.live]).toEqual([reference]);
    expect(events.map(({ type }) => type)).toEqual(["acknowledged", "acknowledged"]);
    expect(events.at(-1)).toMatchObject({ operation: "register" });
    expect(await listAll(sync.failures())).toEqual([]);
    const [kept] = await listAll(ledger.listAt("alpha", "zone"));
    expect(kept?.delivery.rights).toMatchObject([
      {
        reference,
        receipt: { coveredUntil: "2027-03-31T00:00:00.000Z", registration: { generation: 0 } },
        intent: null,
        failure: null,
      },
    ]);
    await until(sync.stop());
  });

  it("is registered again when it is open-ended and due to be extended", async () => {
    const { sync, alpha, reference, ledger, until, pass, now } = await issued({ validTo: null });
    alpha.live.clear();
    await pass(21 * DAY_MS);

    expect(alpha.requests).toEqual(["register P1", "amend P1", "register P1"]);
    expect([...alpha.live]).toEqual([reference]);
    const [kept] = await listAll(ledger.listAt("alpha", "zone"));
    const covered = Date.parse(kept?.delivery.rights[0]?.receipt?.coveredUntil ?? "");
    expect(covered - now()).toBeGreaterThan(28 * DAY_MS);
    await until(sync.stop());
  });

  it("is not registered again when it is no longer wanted", async () => {
    const { sync, alpha, until } = await issued();
    alpha.live.clear();
    alpha.latencyMs = 5_000;
    await until(sync.revise(permit("P1", { revision: 2, validTo: "2027-03-31T00:00:00Z" })));
    await until(sync.revoke("P1"));
    await until(sync.idle());
    expect(alpha.requests).toEqual(["register P1", "amend P1"]);
    await until(sync.stop());
  });

  it("is registered again when a person retries a refusal from before the loss was known", async () => {
    const { sync, alpha, reference, until } = await issued();
    alpha.live.clear();
    alpha.answer = () => refusal();
    await until(sync.revise(permit("P1", { revision: 2, validTo: "2027-03-31T00:00:00Z" })));
    await until(sync.idle());
    const [failure] = await listAll(sync.failures());
    expect(failure).toMatchObject({ operation: "amend" });
    forgetful(alpha);
    await until(sync.retry(failure?.key ?? ""));
    await until(sync.idle());
    expect([...alpha.live]).toEqual([reference]);
    expect(await listAll(sync.failures())).toEqual([]);
    await until(sync.stop());
  });

  it("is registered as its next generation when the vendor knows its reference and finds no right", async () => {
    const { sync, alpha, reference, types, until } = await issued();
    alpha.live.clear();
    alpha.answer = ([change]) => {
      if (change?.kind === "amend") return refusal("not_found");
      return change?.identity === reference ? refusal("already_exists") : undefined;
    };
    await until(sync.revise(permit("P1", { revision: 2, validTo: "2027-03-31T00:00:00Z" })));
    await until(sync.idle());
    expect(alpha.requests).toEqual(["register P1", "amend P1", "register P1", "register P1"]);
    expect(alpha.live.size).toBe(1);
    expect(alpha.live.has(reference ?? "")).toBe(false);
    expect(types()).toEqual(["acknowledged", "acknowledged"]);
    await until(sync.stop());
  });

  it("is listed, and repeated at growing intervals, when the vendor says that the next generation exists too", async () => {
    const { sync, alpha, events, until, pass } = await issued();
    alpha.live.clear();
    alpha.answer = ([change]) => refusal(change?.kind === "amend" ? "not_found" : "already_exists");
    await until(sync.revise(permit("P1", { revision: 2, validTo: "2027-03-31T00:00:00Z" })));
    await until(sync.idle());
    expect(alpha.requests).toHaveLength(4);
    await pass(DAY_MS);
    expect(alpha.requests.length).toBeGreaterThan(20);
    expect(alpha.requests.length).toBeLessThan(40);
    expect(await listAll(sync.failures())).toMatchObject([
      { operation: "register", reason: "already_exists" },
    ]);
    expect(events.filter(({ type }) => type === "refused")).toHaveLength(1);
    await until(sync.stop());
  });

  it("is repeated at growing intervals when the vendor never finds what it has registered", async () => {
    const { sync, alpha, until, pass } = await issued({ validTo: null });
    alpha.answer = (changes) => (changes[0]?.kind === "amend" ? refusal("not_found") : undefined);
    await pass(100 * DAY_MS);
    // Twice every 20 days, when it is to be extended.
    expect(alpha.requests).toHaveLength(1 + 2 * 4);
    await until(sync.stop());
  });
});

describe("a vendor that covers less than its provider says", () => {
  it("gets an extension when two thirds of the covered time have passed, and not continuously", async () => {
    const { sync, vendor, until, pass } = scriptedSync();
    const alpha = vendor();
    const { registerMany, amendMany } = alpha.provider;
    const shorten = async (outcomes: ReturnType<typeof registerMany>, at: Date | undefined) =>
      (await outcomes).map((outcome) =>
        outcome.ok
          ? {
              ...outcome,
              value: {
                ...outcome.value,
                coveredUntil: new Date((at?.getTime() ?? START) + DAY_MS).toISOString(),
              },
            }
          : outcome,
      );
    Object.assign(alpha.provider, {
      registerMany: (...args: Parameters<typeof registerMany>) => shorten(registerMany(...args), args[1]?.at),
      amendMany: (...args: Parameters<typeof amendMany>) => shorten(amendMany(...args), args[1]?.at),
    });
    await sync.start();
    await until(sync.issue(permit("P1", { validTo: null })));
    await pass(1);
    await pass(10 * DAY_MS);
    expect(alpha.requests).toHaveLength(1 + 15);
    await until(sync.stop());
  });
});

describe("an open-ended right whose registration is acknowledged late", () => {
  it("is extended at once when less than a third of its days is left", async () => {
    const { sync, ledger, vendor, until, pass, jump, now } = scriptedSync();
    const alpha = vendor();
    alpha.answer = () => new EnforcementError("unavailable", "It is down.", { outcome: "unknown" });
    await sync.start();
    await until(sync.issue(permit("P1", { validTo: null })));
    await pass(1);
    jump(25 * DAY_MS);
    alpha.answer = () => undefined;
    // The longest wait of the breaker.
    await pass(DAY_MS / 24);
    expect(alpha.requests.at(-1)).toBe("amend P1");
    const [kept] = await listAll(ledger.listAt("alpha", "zone"));
    const coveredUntil = kept?.delivery.rights[0]?.receipt?.coveredUntil ?? "";
    expect(Date.parse(coveredUntil) - now()).toBeGreaterThan(29 * DAY_MS);
    await until(sync.stop());
  });
});

describe("a cancellation of a right that the vendor does not have", () => {
  it("counts as done when the provider passes on the vendor's refusal", async () => {
    const { sync, alpha, events, until } = await issued();
    alpha.answer = () => refusal("not_found");
    await until(sync.revoke("P1"));
    await until(sync.idle());
    expect(await listAll(sync.failures())).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: "acknowledged", operation: "cancel" });
    await until(sync.stop());
  });
});

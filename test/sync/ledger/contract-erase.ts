import { expect, it } from "vitest";
import type { Intent } from "../../../src/sync/ledger/delivery.ts";
import { NO_DELIVERY } from "../../../src/sync/ledger/delivery.ts";
import type { Place } from "./contract.ts";
import * as given from "./fixtures.ts";

const { claim, claimOnly, deliveryOf, find, forget, issue, minute, revise, revoke, rightAt, say } = given;

const ID = { providerId: "passport", permitId: "permit-1" };

function intent(operation: Intent["operation"], validTo: number | null): Intent {
  const end = validTo === null ? null : minute(validTo).toISOString();
  return { operation, at: minute(0).toISOString(), validTo: end, attempts: 1, notBefore: null };
}

/** What is erased from the ledger, when, and what remains. */
export function describeErasure(place: Place): void {
  const eraseAt = (at: number, endedBefore = at, limit = 100) =>
    place.ledger.erase({ endedBefore: minute(endedBefore), now: minute(at), limit });

  async function save(delivery: Parameters<typeof deliveryOf>[0], at = 0): Promise<void> {
    const claimed = await claimOnly(place.ledger, at);
    await place.ledger.save([given.updateOf(claimed, { delivery: deliveryOf(delivery), dueAt: 300 })]);
  }

  it("erases permits that ended before an instant, and keeps what prevents their return", async () => {
    const { ledger } = place;
    await say(ledger, issue({ revision: 3, validTo: minute(10) }));
    const right = rightAt("Zone 1", { failure: null });
    const past = { ...right, registration: { ...right.registration, generation: 4 }, receipt: null };
    await save([past]);
    expect(await eraseAt(10)).toBe(0);
    expect(await eraseAt(11)).toBe(1);
    expect(await eraseAt(11)).toBe(0);
    expect(await ledger.getPermit("permit-1")).toBeUndefined();
    expect(await find(ledger, ["ABC123"])).toEqual([]);
    expect(await given.collect(ledger.listTargets("passport"))).toEqual([]);
    expect(await given.nextDue(ledger, "passport")).toBeUndefined();
    expect(await given.collect(ledger.listCompanies())).toEqual(["university"]);
    const remains = await ledger.claimOne(ID, { now: minute(11), leaseMs: 1 });
    expect(remains).toMatchObject({ companyId: "university", stored: undefined });
    expect(remains?.delivery).toEqual({ ...NO_DELIVERY, generation: 4, erased: true });
  });

  it("answers late changes as if nothing had been erased", async () => {
    const { ledger } = place;
    await ledger.record([issue({ revision: 3, validTo: minute(10) }), issue({ id: "revoked", revision: 3 })]);
    await ledger.record([revoke(1, "revoked")]);
    expect(await eraseAt(20)).toBe(2);
    expect(await say(ledger, revise({ revision: 2 }))).toBe("older");
    expect(await say(ledger, revoke())).toBe("unknown");
    expect(await say(ledger, forget())).toBe("unknown");
    expect(await say(ledger, revise({ id: "revoked", revision: 4 }))).toBe("revoked");
    expect(await say(ledger, issue({ id: "revoked", revision: 3 }))).toBe("revoked");
    expect(await say(ledger, revoke(2, "revoked"))).toBe("unchanged");
    expect(await say(ledger, forget(2, "revoked"))).toBe("unchanged");
    expect(await say(ledger, revise({ revision: 4 }, 30))).toBe("recorded");
    expect(await say(ledger, issue({ id: "revoked", revision: 4 }, 30))).toBe("recorded");
    expect(await find(ledger, ["ABC123"])).toHaveLength(2);
    const claimed = await claim(ledger, 30);
    expect(claimed.map(({ delivery }) => delivery.erased)).toEqual([true, true]);
  });

  it.each(["issue", "revise"] as const)(
    "accepts an erased permit again at the same revision: %s",
    async (kind) => {
      const { ledger } = place;
      const again = (kind === "issue" ? issue : revise)({ revision: 3, validTo: minute(10) });
      await say(ledger, again);
      expect(await eraseAt(20)).toBe(1);
      expect(await say(ledger, again)).toBe("recorded");
      expect(await say(ledger, again)).toBe("unchanged");
      expect(await find(ledger, ["ABC123"])).toHaveLength(1);
      expect((await claimOnly(ledger, 20)).delivery.erased).toBe(true);
    },
  );

  it("counts a revoked permit as ended at its revocation, also one without an end", async () => {
    const { ledger } = place;
    await say(ledger, issue({ validTo: null }));
    await say(ledger, issue({ id: "ended", validTo: minute(3) }));
    await ledger.record([revoke(50), revoke(50, "ended")]);
    expect(await eraseAt(60, 4)).toBe(1);
    expect(await ledger.getPermit("ended")).toBeUndefined();
    expect(await eraseAt(60, 50)).toBe(0);
    expect(await eraseAt(60, 51)).toBe(1);
  });

  it("erases a forgotten permit at once, although it has not ended", async () => {
    await say(place.ledger, issue({ validTo: null }));
    expect(await eraseAt(5, 0)).toBe(0);
    await say(place.ledger, forget(5));
    expect(await eraseAt(5, 0)).toBe(1);
    expect(await place.ledger.getPermit("permit-1")).toBeUndefined();
  });

  it.each([
    { name: "a receipt that covers", right: {}, liveUntil: 600 },
    { name: "an open register", right: { receipt: null, intent: intent("register", 200) }, liveUntil: 200 },
    { name: "an open extension", right: { intent: intent("amend", 700) }, liveUntil: 700 },
    { name: "an open shortening", right: { intent: intent("amend", 100) }, liveUntil: 600 },
    { name: "an open cancel", right: { intent: intent("cancel", null) }, liveUntil: 600 },
    { name: "a register without an end", right: { receipt: null, intent: intent("register", null) } },
  ])("waits while a vendor may have a live right: $name", async ({ right, liveUntil }) => {
    await say(place.ledger, issue());
    await save([rightAt("Zone 1", right)]);
    await say(place.ledger, forget(1));
    if (liveUntil === undefined) return expect(await eraseAt(1_000_000)).toBe(0);
    expect(await eraseAt(liveUntil - 1)).toBe(0);
    expect(await eraseAt(liveUntil)).toBe(1);
  });

  it("skips claimed deliveries", async () => {
    const { ledger } = place;
    await ledger.record([issue({ validTo: minute(5) }), issue({ id: "free", validTo: minute(5) }, 0, [])]);
    const claimed = await claimOnly(ledger, 10);
    expect(await eraseAt(10)).toBe(1);
    expect(await ledger.getPermit("permit-1")).toBeDefined();
    await ledger.save([given.updateOf(claimed)]);
    expect(await eraseAt(10)).toBe(1);
  });

  it("keeps a right that a vendor may have until an end that was requested without an answer", async () => {
    const { ledger } = place;
    await say(ledger, issue({ validTo: minute(600) }));
    const { receipt } = rightAt("Zone 1");
    const short = receipt && { ...receipt, coveredUntil: minute(5).toISOString() };
    const doubtful = { receipt: short, mayLastUntil: minute(40).toISOString() };
    await save([rightAt("Zone 1", { ...doubtful, intent: intent("cancel", null) })]);
    await say(ledger, forget(1));
    expect(await eraseAt(39)).toBe(0);
    expect(await eraseAt(40)).toBe(1);
  });

  it("erases at most the requested number", async () => {
    const ended = Array.from({ length: 25 }, (_, index) =>
      issue({ id: `p-${index}`, validTo: minute(index + 1) }),
    );
    await place.ledger.record(ended);
    const erased: number[] = [];
    for (let turn = 0; turn < 4; turn++) erased.push(await eraseAt(100, 100, 10));
    expect(erased).toEqual([10, 10, 5, 0]);
  });

  it("does not touch erased permits when a company's mapping changes", async () => {
    await say(place.ledger, issue({ validTo: minute(5) }));
    await eraseAt(10);
    const selection = { companyId: "university", providerIds: ["passport", "hotspot"], at: minute(20) };
    expect(await place.ledger.makeDue(selection)).toBe(0);
    expect(await given.nextDue(place.ledger, "passport")).toBeUndefined();
  });
}

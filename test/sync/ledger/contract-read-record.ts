import { expect, it } from "vitest";
import type { Place } from "./contract.ts";
import * as given from "./fixtures.ts";

const { claim, claimOnly, deliveryOf, issue, minute, permitOf, revoke, rightAt, say, updateOf } = given;

/** Reading all that is held of one permit. */
export function describeReadRecord(place: Place): void {
  it("gives a permit with its deliveries, by the ids of their providers", async () => {
    const { ledger } = place;
    expect(await ledger.readRecord("permit-1")).toBeUndefined();
    await say(ledger, issue({ revision: 7 }, 1, ["passport", "hotspot"]));
    const fresh = { dueAt: minute(1), dueSince: minute(1) };
    expect(await ledger.readRecord("permit-1")).toMatchObject({
      permitId: "permit-1",
      companyId: "university",
      revision: 7,
      state: "active",
      permit: permitOf({ revision: 7 }),
      changedAt: minute(1),
      deliveries: [
        { providerId: "hotspot", ...fresh },
        { providerId: "passport", ...fresh },
      ],
    });
    const delivery = deliveryOf([rightAt("Zone 1")]);
    await ledger.save([updateOf(await claimOnly(ledger, 2), { delivery, dueAt: 90, settled: false })]);
    const again = await (await place.reopen()).readRecord("permit-1");
    expect(again?.deliveries[1]).toEqual({
      providerId: "passport",
      delivery,
      dueAt: minute(90),
      dueSince: minute(1),
      outages: [],
      readBacks: new Map(),
    });
  });

  it("gives an urgent change the instant from which it counts, not its place in line", async () => {
    const { ledger } = place;
    await ledger.record([{ ...issue({}, 5), isUrgent: true }]);
    const record = await ledger.readRecord("permit-1");
    expect(record?.deliveries).toMatchObject([{ dueAt: minute(5), dueSince: minute(5) }]);
  });

  it("shows what was revoked, and what remains of what was erased", async () => {
    const { ledger } = place;
    await say(ledger, issue({ revision: 3 }));
    await say(ledger, revoke(4));
    expect(await ledger.readRecord("permit-1")).toMatchObject({ state: "revoked", changedAt: minute(4) });
    await ledger.save((await claim(ledger, 5)).map((one) => updateOf(one)));
    expect(await ledger.erase({ endedBefore: minute(60), now: minute(60), limit: 10 })).toBe(1);
    const record = await ledger.readRecord("permit-1");
    expect(record).toMatchObject({ companyId: "university", revision: 3, state: "erased_revoked" });
    expect(record?.permit).toBeUndefined();
    expect(JSON.stringify(record)).not.toContain("ABC123");
  });

  it("finds permits by ids of every kind, and of others nothing", async () => {
    const { ledger } = place;
    const ids = ["constructor", 'O\'Brien "quoted"', "p/1", "🅿️", "x".repeat(512)];
    await ledger.record(ids.map((id) => issue({ id })));
    for (const id of ids) expect(await ledger.readRecord(id)).toMatchObject({ permitId: id });
    expect(await ledger.readRecord("x".repeat(511))).toBeUndefined();
  });
}

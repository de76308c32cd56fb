import { expect, it } from "vitest";
import { givesCheckedPermits } from "../../../src/core/lookup/find-permits.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { LedgerChange } from "../../../src/sync/ledger/ledger.ts";
import type { Place } from "./contract.ts";
import * as given from "./fixtures.ts";

const { claim, find, forget, issue, minute, permitOf, revise, revoke, say } = given;

/** The result of each change, and what a lookup finds afterwards. */
export function describeRecord(place: Place): void {
  it("records a new permit, and keeps all of its fields across a restart", async () => {
    const permit = permitOf({
      plates: [parsePlate("abc-123", { region: "NB" }), parsePlate("XYZ 9"), parsePlate("PLAIN1")],
      locationIds: ["lot-1", "lot-2"],
      ...{ validTo: null, revision: 7, createdAt: minute(-5), holder: "Zoë O'Neill" },
      vehicle: { make: "Škoda", color: "grey" },
    });
    const change = { kind: "issue" as const, permit, providerIds: ["passport"], at: minute(3) };
    expect(await say(place.ledger, change)).toBe("recorded");
    const expected = { permit: structuredClone(permit), state: "active", changedAt: minute(3) };
    expect(await place.ledger.getPermit("permit-1")).toEqual(expected);
    if (place.ledger.kind === "memory") return;
    const again = await place.reopen();
    expect(await again.getPermit("permit-1")).toEqual(expected);
    expect(await find(again, ["XYZ9"])).toEqual([expected.permit]);
  });

  it("records `revise` of an unknown permit as if it was issued, because messages overtake each other", async () => {
    expect(await say(place.ledger, revise({ revision: 4 }))).toBe("recorded");
    expect(await say(place.ledger, issue({ revision: 3 }))).toBe("older");
    expect((await place.ledger.getPermit("permit-1"))?.permit.revision).toBe(4);
  });

  it("distinguishes a repeat from another permit under the same revision; a plate's raw text does not count", async () => {
    const { ledger } = place;
    await say(ledger, issue());
    expect(await say(ledger, issue({ plates: [parsePlate("a b c 1 2 3")] }))).toBe("unchanged");
    for (const other of [
      { plates: [parsePlate("ABC 124")] },
      { plates: [parsePlate("ABC 123", { region: "NB" })] },
      { locationIds: ["lot-2"] },
      { validFrom: minute(1) },
      { validTo: null },
      { companyId: "city" },
      { createdAt: minute(0) },
      { holder: "Somebody" },
      { vehicle: { make: "Ford" } },
    ]) {
      expect(await say(ledger, issue(other)), JSON.stringify(Object.keys(other))).toBe("conflict");
      expect(await say(ledger, revise(other))).toBe("conflict");
    }
    expect(await ledger.getPermit("permit-1")).toMatchObject({ permit: permitOf(), changedAt: minute(0) });
  });

  it.each([2, 1_200])(
    "records nothing of a call of %i changes when the next one cannot be recorded",
    async (count) => {
      const { ledger } = place;
      const wrong = new Error("The next permit is malformed.");
      function* changes(): Iterable<LedgerChange> {
        for (let index = 0; index < count; index += 1) yield issue({ id: `permit-${index}` });
        throw wrong;
      }
      const [broken, other] = await Promise.allSettled([
        ledger.record(changes()),
        ledger.record([issue({ id: "other" })]),
      ]);
      expect(broken).toEqual({ status: "rejected", reason: wrong });
      expect(other).toEqual({ status: "fulfilled", value: ["recorded"] });
      expect((await claim(ledger, 0)).map(({ permitId }) => permitId)).toEqual(["other"]);
      expect(await ledger.getPermit("permit-0")).toBeUndefined();
      // The same call can be made again.
      expect(await say(ledger, issue({ id: "permit-0" }))).toBe("recorded");
    },
  );

  it("records nothing of a large call with a conflict in its middle", async () => {
    const { ledger } = place;
    await say(ledger, issue({ id: "permit-700", holder: "Other" }));
    const many = Array.from({ length: 1_200 }, (_, index) => issue({ id: `permit-${index}` }));
    const statuses = await ledger.record(many);
    expect(statuses.indexOf("conflict")).toBe(700);
    expect(statuses.filter((status) => status === "recorded")).toHaveLength(1_199);
    expect(await ledger.getPermit("permit-0")).toBeUndefined();
    expect(await ledger.getPermit("permit-1199")).toBeUndefined();
    expect(await claim(ledger, 0)).toHaveLength(1);
  });

  it("records nothing of a call with a conflict", async () => {
    const { ledger } = place;
    await say(ledger, issue());
    const statuses = await ledger.record([
      ...[issue({ id: "permit-2" }), issue({ holder: "Other" }), issue({ id: "permit-3", companyId: "new" })],
      revoke(1),
    ]);
    expect(statuses).toEqual(["recorded", "conflict", "recorded", "recorded"]);
    expect(await ledger.getPermit("permit-2")).toBeUndefined();
    expect(await ledger.getPermit("permit-3")).toBeUndefined();
    expect((await ledger.getPermit("permit-1"))?.state).toBe("active");
    expect(await given.collect(ledger.listCompanies())).toEqual(["university"]);
    expect(await say(ledger, issue({ id: "permit-3", companyId: "new" }))).toBe("recorded");
  });

  it("applies the changes of one call in order", async () => {
    const call = [
      issue(),
      revise({ revision: 2, holder: "B" }),
      revoke(2),
      issue({ revision: 2 }),
      revoke(3),
    ];
    const statuses = await place.ledger.record([...call, issue({ revision: 3 }, 4)]);
    expect(statuses).toEqual(["recorded", "recorded", "recorded", "revoked", "unchanged", "recorded"]);
    const stored = await place.ledger.getPermit("permit-1");
    expect(stored).toMatchObject({ state: "active", changedAt: minute(4), permit: { revision: 3 } });
    expect(await place.ledger.record([])).toEqual([]);
  });

  it("revokes once, and only `issue` with a higher revision restores the permit", async () => {
    const { ledger } = place;
    expect(await say(ledger, revoke())).toBe("unknown");
    await say(ledger, issue());
    expect(await say(ledger, revoke(1))).toBe("recorded");
    expect(await say(ledger, revoke(2))).toBe("unchanged");
    expect(await ledger.getPermit("permit-1")).toMatchObject({ state: "revoked", changedAt: minute(1) });
    expect(await find(ledger, ["ABC123"])).toEqual([]);
    expect(await say(ledger, revise({ revision: 2 }))).toBe("revoked");
    expect(await say(ledger, issue({ revision: 1 }))).toBe("revoked");
    expect(await say(ledger, issue({ revision: 0 }))).toBe("revoked");
    expect(await say(ledger, issue({ revision: 2 }))).toBe("recorded");
    expect(await find(ledger, ["ABC123"])).toHaveLength(1);
  });

  it("forgets revoked permits too, and returns `unknown` for an id that it never had", async () => {
    const { ledger } = place;
    expect(await say(ledger, forget())).toBe("unknown");
    await say(ledger, issue());
    await say(ledger, revoke(1));
    expect(await say(ledger, forget(2))).toBe("recorded");
    expect(await say(ledger, forget(3))).toBe("unchanged");
    expect(await say(ledger, revoke(3))).toBe("unchanged");
    expect(await ledger.getPermit("permit-1")).toMatchObject({ state: "forgotten", changedAt: minute(2) });
    expect(await find(ledger, ["ABC123"])).toEqual([]);
  });

  it("creates the requested deliveries, and makes all existing ones due", async () => {
    const { ledger } = place;
    await say(ledger, issue({}, 0, ["passport", "hotspot"]));
    for (const providerId of ["passport", "hotspot"]) {
      const claimed = await claim(ledger, 0, { providerId });
      expect(claimed).toMatchObject([{ providerId, permitId: "permit-1", dueSince: minute(0) }]);
      await ledger.save(claimed.map((one) => given.updateOf(one)));
    }
    await say(ledger, revise({ revision: 2 }, 5, ["passport", "other"]));
    for (const providerId of ["passport", "hotspot", "other"]) {
      expect(await given.nextDue(ledger, providerId)).toEqual(minute(5));
    }
    expect(await given.nextDue(ledger, "never heard of")).toBeUndefined();
  });

  it("names the providers for which a call made a delivery due, and no others", async () => {
    const { ledger } = place;
    const dueBy = async (call: (onDue: (providerId: string) => void) => Promise<unknown>) => {
      const due = new Set<string>();
      await call((providerId) => due.add(providerId));
      return [...due].sort();
    };
    const record = (...changes: LedgerChange[]) => dueBy((onDue) => ledger.record(changes, { onDue }));
    await say(ledger, issue({ id: "another", companyId: "city" }, 0, ["third"]));
    expect(await record(issue({}, 0, ["passport", "hotspot"]))).toEqual(["hotspot", "passport"]);
    expect(await record(revise({ revision: 2 }, 1, ["other"]))).toEqual(["hotspot", "other", "passport"]);
    const many = Array.from({ length: 700 }, (_, index) => issue({ id: `many-${index}` }, 2, ["passport"]));
    expect(await record(...many)).toEqual(["passport"]);
    expect(await record(revoke(3), forget(3, "another"))).toEqual(["hotspot", "other", "passport", "third"]);
    const selection = { companyId: "university", providerIds: ["added"], at: minute(4) };
    expect(await dueBy((onDue) => ledger.makeDue(selection, { onDue }))).toEqual([
      "added",
      "hotspot",
      "other",
      "passport",
    ]);
  });

  it("keeps earlier due instants, and does not touch unchanged permits", async () => {
    const { ledger } = place;
    await say(ledger, issue({}, 3));
    await say(ledger, revise({ revision: 2 }, 9));
    expect(await given.nextDue(ledger, "passport")).toEqual(minute(3));
    await ledger.save([given.updateOf(await given.claimOnly(ledger, 9))]);
    for (const change of [issue({ revision: 2 }, 10), issue({ revision: 1 }, 11)]) await say(ledger, change);
    expect(await given.nextDue(ledger, "passport")).toBeUndefined();
  });

  it("finds permits by company and by each of their plates, ended ones too, frozen and checked", async () => {
    const { ledger } = place;
    const plates = [parsePlate("ABC 123"), parsePlate("ABC 123", { region: "NB" }), parsePlate("SECOND")];
    await say(ledger, issue({ plates, validTo: minute(1) }));
    await say(ledger, issue({ id: "permit-2" }));
    await say(ledger, issue({ id: "permit-3", companyId: "city" }));
    const idsOf = async (...query: Parameters<typeof find> extends [unknown, ...infer Rest] ? Rest : never) =>
      (await find(ledger, ...query)).map(({ id }) => id).sort();
    expect(await idsOf(["ABC123"])).toEqual(["permit-1", "permit-2"]);
    expect(await idsOf(["SECOND"])).toEqual(["permit-1"]);
    expect(await idsOf(["ABC123", "SECOND", "NONE"])).toEqual(["permit-1", "permit-2"]);
    expect(await idsOf(["ABC123"], "city")).toEqual(["permit-3"]);
    expect(await idsOf(["ABC123"], "nobody")).toEqual([]);
    expect(await idsOf(["abc123"])).toEqual([]);
    const [permit] = await find(ledger, ["SECOND"]);
    const parts = [permit, permit?.plates, permit?.plates[0], permit?.locationIds];
    expect(parts.every(Object.isFrozen)).toBe(true);
    expect(givesCheckedPermits(ledger.findPermits)).toBe(true);
    await say(ledger, revise({ revision: 2, plates: [parsePlate("THIRD")], companyId: "city" }));
    expect(await idsOf(["SECOND"])).toEqual([]);
    expect(await idsOf(["THIRD"], "city")).toEqual(["permit-1"]);
  });

  it("lists every company that has a permit", async () => {
    const { ledger } = place;
    const ids = Array.from({ length: 230 }, (_, index) => `company-${index}`);
    await ledger.record(ids.map((companyId) => issue({ id: `permit of ${companyId}`, companyId })));
    await say(ledger, issue({ id: "permit of company-0", companyId: "company-1", revision: 2 }));
    expect((await given.collect(ledger.listCompanies())).sort()).toEqual(ids.slice(1).sort());
  });

  it.each(["\ud800", "\ud801", "P\udc00", "\udc00\ud800", "P\0", "\0"])(
    "refuses the id %j, which a database cannot distinguish from another, with the whole call",
    async (id) => {
      const { ledger } = place;
      const calls: [LedgerChange, string][] = [
        [issue({ id }), "permit.id"],
        [issue({ companyId: id }), "permit.companyId"],
        [revoke(1, id), "permitId"],
      ];
      for (const [change, field] of calls) {
        const large = Array.from({ length: 300 }, (_, index) => issue({ id: `permit-${index}` }));
        for (const changes of [[change], [issue(), change], [...large, change]]) {
          await expect(ledger.record(changes)).rejects.toMatchObject({ code: "invalid_input", field });
        }
      }
      expect(await given.collect(ledger.listCompanies())).toEqual([]);
    },
  );

  it("keeps ids beyond the basic plane, and U+FFFD, apart", async () => {
    const { ledger } = place;
    const ids = ["\u{1f697}", "\u{1f698}", "\ufffd", "\ufffd\ufffd"];
    expect(await ledger.record(ids.map((id) => issue({ id })))).toEqual(ids.map(() => "recorded"));
    for (const id of ids) expect((await ledger.getPermit(id))?.permit.id).toBe(id);
  });

  it("says whether it can record inside a host's transaction", async () => {
    if (place.ledger.kind === "postgres") return;
    const transaction = { query: async () => ({ rows: [], rowCount: 0 }) };
    await expect(place.ledger.record([issue()], { transaction })).rejects.toMatchObject({
      code: "unsupported",
      field: "transaction",
    });
    expect(await place.ledger.getPermit("permit-1")).toBeUndefined();
  });
}

import { expect, it } from "vitest";
import type { Place } from "./contract.ts";
import * as given from "./fixtures.ts";
import { MAX_IDS, TOO_LONG } from "./longest-ids.ts";

const { claim, collect, deliveryOf, find, forget, issue, minute, rightAt, say, updateOf } = given;

/** Ids have the same limit in every ledger. */
export function describeIds(place: Place): void {
  it("keeps ids of the full length, of any characters, in all fields at once", async () => {
    const { ledger } = place;
    const made = Object.values(MAX_IDS).map((createIds) => {
      const ids = createIds();
      return {
        ...{ companyId: ids.next(), locationId: ids.next(), providerId: ids.next(), target: ids.next() },
        ...{ permitIds: [ids.next(), ids.next()].sort(), reference: ids.next() },
      };
    });
    for (const { companyId, locationId, providerId, target, permitIds, reference } of made) {
      const permits = permitIds.map((id) => ({ id, companyId, locationIds: [locationId] }));
      await ledger.record(permits.map((permit) => issue(permit, 0, [providerId])));
      const claimed = await claim(ledger, 0, { providerId });
      const refused = {
        ...{ operation: "register" as const, validTo: null, failedAt: minute(1).toISOString() },
        ...{ code: "rejected", message: "No." },
      };
      const failed = rightAt(target, { reference, receipt: null, failure: refused });
      const delivery = deliveryOf([rightAt(target), failed], { unmapped: [locationId] });
      await ledger.save(claimed.map((one) => updateOf(one, { delivery })));
      await ledger.makeDue({ companyId, providerIds: [providerId], at: minute(2) });
    }
    const again = ledger.kind === "memory" ? ledger : await place.reopen();
    const companyIds = await collect(again.listCompanies());
    expect(companyIds.sort()).toEqual(made.map(({ companyId }) => companyId).sort());
    for (const { companyId, providerId, target, permitIds } of made) {
      expect(await collect(again.listTargets(providerId))).toEqual([target]);
      const lists = [again.listAt(providerId, target), again.listUnmapped(providerId)];
      for (const list of [...lists, again.listFailures(providerId)]) {
        const listed: { readonly permitId: string }[] = await collect<{ readonly permitId: string }>(list);
        expect(listed.map(({ permitId }) => permitId).sort()).toEqual(permitIds);
      }
      expect((await find(again, ["ABC123"], companyId)).map(({ id }) => id).sort()).toEqual(permitIds);
      expect(await claim(again, 2, { providerId })).toHaveLength(2);
      for (const permitId of permitIds) expect(await say(again, forget(3, permitId))).toBe("recorded");
    }
  });

  it("refuses a longer id with its whole call", async () => {
    const { ledger } = place;
    for (const id of Object.values(TOO_LONG)) {
      for (const [changes, field] of [
        [{ id }, "permit.id"],
        [{ companyId: id }, "permit.companyId"],
      ] as const) {
        const refused = { code: "invalid_input", field };
        await expect(ledger.record([issue(), issue(changes)])).rejects.toMatchObject(refused);
        await expect(ledger.record([issue(changes)])).rejects.toThrow(/at most 512 characters/);
      }
      expect(await ledger.getPermit(id)).toBeUndefined();
      const refused = { code: "invalid_input", field: "permitId" };
      await expect(ledger.record([given.revoke(0, id)])).rejects.toMatchObject(refused);
      await expect(ledger.record([forget(0, id)])).rejects.toMatchObject(refused);
    }
    expect(await ledger.getPermit("permit-1")).toBeUndefined();
    expect(await collect(ledger.listCompanies())).toEqual([]);
  });
}

import { describe, expect, it } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { describeEntry, type EntryFacts } from "../../../src/sync/explain/describe-entry.ts";
import { describePermit } from "../../../src/sync/explain/describe-permit.ts";
import { remedyOf } from "../../../src/sync/explain/remedy.ts";
import { showList, showWait } from "../../../src/sync/explain/words.ts";
import { permitOf } from "../ledger/fixtures.ts";

const NOW = new Date("2026-09-15T12:00:00.000Z");
const later = (milliseconds: number) => new Date(NOW.getTime() + milliseconds);

const place = { providerId: "passport", locationId: "lot-1", plate: { number: "GXK204" }, target: "Lot 1" };
const off: EntryFacts = { ...place, status: "not_sent", reason: "location_off" };
const there: EntryFacts = {
  ...place,
  status: "acknowledged",
  reference: "R",
  since: NOW,
  coveredUntil: later(86_400_000),
  readBackAt: null,
};
const open = { operation: "register", decidedAt: NOW, attempts: 1, nextTryAt: null } as const;
const refused = {
  operation: "register",
  failedAt: NOW,
  failureKey: "K",
  isDismissed: false,
  code: "rejected",
  message: "The vendor refuses it.",
} as const;

const refusal = (changes: object): EntryFacts => ({
  ...place,
  status: "not_sent",
  reason: "refused",
  reference: "R",
  refusal: { ...refused, ...changes },
});

describe("who can mend it", () => {
  it.each<[string, EntryFacts, RegExp]>([
    ["it is there", there, /^Nothing is to be done; if an officer does not see it, .* ask the vendor/],
    [
      "the directory calls it otherwise by now",
      { ...there, targetNow: "Lot 2" },
      /^Offstreet's staff have to refresh sync/,
    ],
    [
      "a change of what is there",
      { ...there, change: { ...open, operation: "amend" } },
      /^Wait: sync sends it by itself\.$/,
    ],
    ["on its way", { ...place, status: "on_its_way", ...open }, /^Wait: sync sends it by itself\.$/],
    [
      "the vendor is down",
      { ...place, status: "on_its_way", ...open, breakerOpenSince: NOW },
      /when the vendor answers again\. Only the vendor can end its outage/,
    ],
    [
      "credentials that are refused",
      { ...place, status: "on_its_way", ...open, trouble: { code: "unauthorized", message: "No.", at: NOW } },
      /^Offstreet's staff have to check the credentials/,
    ],
    ["a refusal", refusal({}), /^Offstreet's staff have to mend it with the vendor/],
    [
      "a refusal that is tried again",
      refusal({ retryAt: later(60_000) }),
      /^Wait: sync sends it again by itself/,
    ],
    ["a refusal for credentials", refusal({ code: "unauthorized" }), /check the credentials/],
    [
      "a field that cannot be used",
      refusal({ code: "invalid_input", field: "permitType" }),
      /correct "permitType"/,
    ],
    ["it is over", { ...place, status: "not_sent", reason: "over" }, /^Nothing is to be done\.$/],
    [
      "the directory failed",
      { ...place, status: "not_judged", reason: "directory_failed" },
      /^Ask again when/,
    ],
    [
      "no directory",
      { ...place, status: "not_judged", reason: "no_directory" },
      /^Ask again with the directory/,
    ],
    [
      "taken away until it starts",
      { ...place, status: "withdrawn", reference: "R", withdrawnAt: NOW, reason: "starts_later" },
      /^Nothing is to be done\.$/,
    ],
  ])("%s", (_, entry, remedy) => {
    expect(remedyOf(entry, [entry])).toMatch(remedy);
  });

  it("is Offstreet's staff where no vendor is switched on at the location, and no one where another one is", () => {
    const other: EntryFacts = { ...there, providerId: "hotspot" };
    expect(remedyOf(off, [off])).toMatch(/^If officers use it there, Offstreet's staff have to switch it on/);
    expect(remedyOf(off, [off, { ...other, locationId: "lot-2" }])).toMatch(/switch it on/);
    expect(remedyOf(off, [other, off])).toBe("Nothing is to be done.");
  });
});

describe("the words of an entry", () => {
  it("say what was sent without a result, when it is tried again, and in which words it failed, each once", () => {
    const entry: EntryFacts = {
      ...place,
      status: "on_its_way",
      ...open,
      attempts: 2,
      nextTryAt: later(3 * 60_000),
      trouble: {
        code: "unavailable",
        message: "Down (503).",
        status: 503,
        vendorMessage: "Night.",
        at: later(-60_000),
      },
    };
    expect(describeEntry(entry, NOW)).toBe(
      'passport: plate GXK204 at lot-1 (in the directory: "Lot 1") is on its way, and not there yet: it was first to be sent at 2026-09-15 12:00 UTC; ' +
        "it was sent 2 times without a known result; the last attempt failed at 2026-09-15 11:59 UTC: Down (503) (unavailable); " +
        'the vendor said "Night."; the next is in 3 minutes.',
    );
  });

  it("call a name the vendor's, the directory's, or the one under which it was sent before", () => {
    const nameIn = (entry: EntryFacts) => /\(([^)]+)\)/.exec(describeEntry(entry, NOW))?.[1];
    expect(nameIn(there)).toBe('"Lot 1" there');
    expect(nameIn(off)).toBe('in the directory: "Lot 1"');
    expect(nameIn({ ...refusal({}), targetNow: "Lot 2" })).toBe('sent as "Lot 1"');
  });

  it.each([
    [400, "a few seconds"],
    [45_000, "less than a minute"],
    [60_000, "1 minute"],
    [90 * 60_000, "2 hours"],
    [6 * 86_400_000, "6 days"],
    [-5, "a few seconds"],
  ])("show a wait of %i ms as people say it", (milliseconds, shown) => {
    expect(showWait(milliseconds)).toBe(shown);
  });

  it("list as people do", () => {
    expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(showList)).toEqual([
      "",
      "a",
      "a and b",
      "a, b and c",
    ]);
  });
});

describe("the sentence of a permit", () => {
  const record = {
    permitId: "P-1",
    companyId: "university",
    revision: 2,
    state: "active" as const,
    changedAt: NOW,
    permit: permitOf({
      validFrom: later(-86_400_000),
      validTo: null,
      plates: Array.from({ length: 7 }, (_, index) => parsePlate(`GXK 20${index}`)),
    }),
    deliveries: [],
  };

  it("says whether the vendors have all of it, a part, or nothing", () => {
    const say = (...entries: EntryFacts[]) => describePermit(record, entries, { now: NOW });
    const other: EntryFacts = { ...there, providerId: "hotspot" };
    expect(say(there, off)).toContain(": passport has it now (2026-09-15 12:00 UTC). ");
    expect(say(there, other)).toContain(": passport and hotspot have it now (");
    expect(say(there, refusal({}))).toContain(": passport has a part of it now (");
    expect(
      say(there, { ...place, status: "withdrawn", reference: "R", withdrawnAt: NOW, reason: "superseded" }),
    ).toContain(": passport has it now (");
    expect(say(refusal({}), off)).toContain(": no vendor has it now (");
    expect(say(off)).toContain(": it goes to no vendor, because none is switched on for its locations (");
    expect(say()).toContain(": no vendor has it now (");
  });

  it("names at most five plates", () => {
    expect(describePermit(record, [there], { now: NOW })).toContain(
      "without an end, for plates GXK200, GXK201, GXK202, GXK203, GXK204 and 2 more.",
    );
  });

  it("names no other plate to who asks for one", () => {
    const sentence = describePermit(record, [there], { now: NOW, plateNumber: "GXK203" });
    expect(sentence).toContain("without an end, for plate GXK203.");
  });

  it.each([
    ["revoked", "It was revoked; if that was a mistake"],
    ["forgotten", "It was revoked; if that was a mistake"],
    ["erased", "It has ended and was erased."],
    ["erased_revoked", "It was revoked and erased."],
  ] as const)("says that it is %s", (state, shown) => {
    expect(describePermit({ ...record, state }, [], { now: NOW })).toContain(shown);
  });
});

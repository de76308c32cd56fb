import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Company,
  type Directory,
  type Location,
  memoryDirectory,
} from "../../src/core/directory/directory.ts";
import { permit, type ScriptedSync, scriptedSync } from "./scripted-sync.ts";

// What `issue`, `issueMany` and `revise` say of a company or location that the directory does not know.

const SECOND_MS = 1_000;
const on = { alpha: { enabled: true, target: "zone" } };
const companies: Company[] = ["c", "d"].map((id) => ({
  id,
  name: id,
  providers: { alpha: { enabled: true } },
}));
const locations: Location[] = [
  { id: "c-lot", companyId: "c", name: "Lot", providers: on },
  { id: "c-roof", companyId: "c", name: "Roof", providers: {} },
  { id: "d-lot", companyId: "d", name: "Lot", providers: on },
];
const known = memoryDirectory({ companies, locations });
const generated: Directory = {
  getCompany: (id) => known.getCompany(id),
  *listLocations(companyId) {
    for (const location of locations) if (location.companyId === companyId) yield { ...location };
  },
};

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
beforeAll(() => process.on("unhandledRejection", note));
afterAll(() => {
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

describe.each<[string, Directory]>([
  ["in memory", known],
  [
    "that answers with promises",
    { getCompany: async (id) => known.getCompany(id), listLocations: async (id) => known.listLocations(id) },
  ],
  ["that generates its locations", generated],
  ["whose list alone is a promise", { ...known, listLocations: async (id) => known.listLocations(id) }],
])("a directory %s", (_, directory) => {
  it("knows company and locations: the result says nothing of it", async () => {
    const { sync, until } = scriptedSync(["alpha"], { directory });
    const both = permit("P1", { locationIds: ["c-lot", "c-roof"] });
    expect(await until(sync.issue(both))).toEqual({ permitId: "P1", status: "recorded" });
    expect(await until(sync.issueMany([both, permit("P2")]))).toEqual([
      { permitId: "P1", status: "unchanged" },
      { permitId: "P2", status: "recorded" },
    ]);
  });

  it("does not know a location, or has it in another company: the result names it, and the permit is recorded", async () => {
    const { sync, ledger, until } = scriptedSync(["alpha"], { directory });
    const lost = permit("P1", { locationIds: ["nowhere", "c-lot", "d-lot"] });
    const notInDirectory = { locationIds: ["nowhere", "d-lot"] };
    expect(await until(sync.issue(lost))).toEqual({ permitId: "P1", status: "recorded", notInDirectory });
    expect(await until(sync.issue(lost))).toEqual({ permitId: "P1", status: "unchanged", notInDirectory });
    const revised = { ...lost, revision: 2, validTo: null };
    expect(await until(sync.revise(revised))).toEqual({ permitId: "P1", status: "recorded", notInDirectory });
    expect((await ledger.getPermit("P1"))?.permit.locationIds).toEqual(["nowhere", "c-lot", "d-lot"]);
  });

  it("does not know the company: the result says so, whatever the locations are", async () => {
    const { sync, ledger, until } = scriptedSync(["alpha"], { directory });
    const lost = permit("P1", { companyId: "nobody" });
    const result = { permitId: "P1", status: "recorded", notInDirectory: { company: true } };
    expect(await until(sync.issue(lost))).toEqual(result);
    expect(await ledger.getPermit("P1")).toBeDefined();
  });

  it("is asked once for each company of issueMany, and each result is of its own permit", async () => {
    const asked: string[] = [];
    const counting: Directory = {
      getCompany: (id) => directory.getCompany(id),
      listLocations(id) {
        asked.push(id);
        return directory.listLocations(id);
      },
    };
    const { sync, until } = scriptedSync(["alpha"], { directory: counting });
    const results = await until(
      sync.issueMany([
        permit("P1"),
        permit("P2", { locationIds: ["x", "y"] }),
        permit("P3", { companyId: "d", locationIds: ["d-lot", "c-lot"] }),
        permit("P4", { companyId: "nobody" }),
        permit("P5", { companyId: "d", locationIds: ["d-lot"] }),
        permit("P6", { locationIds: ["c-roof", "z"] }),
      ]),
    );
    expect(results.map(({ notInDirectory }) => notInDirectory)).toEqual([
      undefined,
      { locationIds: ["x", "y"] },
      { locationIds: ["c-lot"] },
      { company: true },
      undefined,
      { locationIds: ["z"] },
    ]);
    expect(asked.filter((id) => id !== "nobody")).toEqual(["c", "d"]);
  });

  it("is not mentioned where nothing of the permit came into force", async () => {
    const { sync, until } = scriptedSync(["alpha"], { directory });
    const lost = permit("P1", { locationIds: ["nowhere"], revision: 5 });
    await until(sync.issue(lost));
    expect(await until(sync.issue({ ...lost, revision: 4 }))).toEqual({ permitId: "P1", status: "older" });
    expect(await until(sync.revoke("P1"))).toEqual({ permitId: "P1", status: "recorded" });
    expect(await until(sync.revise({ ...lost, revision: 6 }))).toEqual({ permitId: "P1", status: "revoked" });
  });
});

describe("a directory that cannot say", () => {
  const locationsOf = (listLocations: () => unknown): Directory => ({
    getCompany: (id) => known.getCompany(id),
    listLocations: listLocations as Directory["listLocations"],
  });
  const companyOf = (getCompany: () => unknown): Directory => ({
    getCompany: getCompany as Directory["getCompany"],
    listLocations: (id) => known.listLocations(id),
  });
  const fail = () => {
    throw new Error("It is down.");
  };
  const lot = locations[0];

  it.each<[string, Directory]>([
    ["throws for the company", companyOf(fail)],
    ["rejects for the company", companyOf(async () => fail())],
    ["gives a company that cannot be read", companyOf(() => ({ id: "c" }))],
    ["throws for the locations", locationsOf(fail)],
    ["rejects for the locations", locationsOf(async () => fail())],
    ["gives no list", locationsOf(() => null)],
    [
      "gives promises of locations",
      locationsOf(() => [Promise.reject(new Error("no")), Promise.reject(new Error("no"))]),
    ],
    [
      "gives a list that breaks off",
      locationsOf(function* () {
        yield lot;
        fail();
      }),
    ],
    ["gives a location whose id cannot be read", locationsOf(() => [lot, { ...lot, id: 7 }])],
    ["gives null among the locations", locationsOf(() => [lot, null])],
  ])("%s: the permit is recorded, and the result says nothing", async (_, directory) => {
    const { sync, until } = scriptedSync(["alpha"], { directory });
    const lost = permit("P1", { locationIds: ["nowhere"] });
    expect(await until(sync.issue(lost))).toEqual({ permitId: "P1", status: "recorded" });
    expect(await until(sync.issueMany([lost]))).toEqual([{ permitId: "P1", status: "unchanged" }]);
  });

  it("has a location that cannot be read, but whose id can: it is known", async () => {
    const directory = locationsOf(() => [{ id: "broken", companyId: "c", providers: null }, lot]);
    const { sync, until } = scriptedSync(["alpha"], { directory });
    const result = await until(sync.issue(permit("P1", { locationIds: ["broken", "other"] })));
    expect(result.notInDirectory).toEqual({ locationIds: ["other"] });
  });

  it("lists locations of other companies as well: these are not the permit's", async () => {
    const directory = locationsOf(() => locations);
    const { sync, until } = scriptedSync(["alpha"], { directory });
    const result = await until(sync.issue(permit("P1", { locationIds: ["c-lot", "d-lot"] })));
    expect(result.notInDirectory).toEqual({ locationIds: ["d-lot"] });
  });

  it("does not answer for the locations: issue waits 2 seconds for it, then not again for 10", async () => {
    let asked = 0;
    const directory = locationsOf(() => {
      asked += 1;
      return new Promise(() => {});
    });
    const { sync, now, pass, until, hasTimer } = scriptedSync(["alpha"], { directory });
    const start = now();
    const lost = permit("P1", { locationIds: ["nowhere"] });
    expect(await until(sync.issue(lost))).toEqual({ permitId: "P1", status: "recorded" });
    expect(now() - start).toBe(2 * SECOND_MS);
    await until(sync.issueMany([permit("P2"), permit("P3", { companyId: "d" })]));
    expect(now() - start).toBe(2 * SECOND_MS);
    expect(asked).toBe(1);
    await pass(10 * SECOND_MS);
    await until(sync.issue(permit("P4")));
    expect(asked).toBe(2);
    expect(hasTimer()).toBe(false);
  });

  it("is slow for the locations: the permit is durable before it answers, and the next change does not wait", async () => {
    let answer: ((list: readonly Location[]) => void) | undefined;
    const directory = locationsOf(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const { sync, ledger, pass, until } = scriptedSync(["alpha"], { directory });
    const issuing = sync.issue(permit("P1", { locationIds: ["nowhere"] }));
    await pass(0);
    expect(await ledger.getPermit("P1")).toBeDefined();
    expect(await until(sync.revoke("P1"))).toEqual({ permitId: "P1", status: "recorded" });
    answer?.([]);
    expect(await until(issuing)).toMatchObject({ notInDirectory: { locationIds: ["nowhere"] } });
  });

  it("is slow for each of many companies: issueMany asks for locations during 2 seconds only", async () => {
    const many = Array.from({ length: 10 }, (_, index) => `m${index}`);
    const asked: string[] = [];
    let scripted: ScriptedSync | undefined;
    const directory: Directory = {
      getCompany: (id) => ({ id, name: id, providers: { alpha: { enabled: true } } }),
      listLocations: async (id) => {
        asked.push(id);
        await scripted?.wait(900);
        return [];
      },
    };
    scripted = scriptedSync(["alpha"], { directory });
    const results = await scripted.until(
      scripted.sync.issueMany(many.map((companyId, index) => permit(`P${index}`, { companyId }))),
    );
    expect(asked).toEqual(["m0", "m1", "m2"]);
    expect(results.map(({ notInDirectory }) => notInDirectory !== undefined)).toEqual(
      many.map((_, index) => index < 3),
    );
  });

  it("is not asked where there is no push provider", async () => {
    const { sync, until } = scriptedSync([], { directory: companyOf(fail) });
    expect(await until(sync.issue(permit("P1", { companyId: "nobody" })))).toEqual({
      permitId: "P1",
      status: "recorded",
    });
  });
});

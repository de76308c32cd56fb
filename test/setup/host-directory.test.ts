import { describe, expect, it } from "vitest";
import type { Directory, Location } from "../../src/core/directory/directory.ts";
import { registrationsOf } from "../../src/core/registration/registration.ts";
import { planMappingChange } from "../../src/setup/change/plan-mapping-change.ts";
import { checkReadiness } from "../../src/setup/readiness/check-readiness.ts";
import { runTestPlate } from "../../src/setup/test-plate/run-test-plate.ts";
import { sweepTestPlates } from "../../src/setup/test-plate/sweep-test-plates.ts";
import { failureOf } from "../support/registrations.ts";
import { permit } from "../sync/scripted-sync.ts";
import { createCampus, NOTHING_SHOWN } from "./campus.ts";
import { COMPANY, LOCATIONS } from "./campus-data.ts";

const [lotA, lotB] = LOCATIONS as [Location, Location];
const noPassport = { ...lotB, providers: null };
const numbered = { ...lotB, providers: { passport: { enabled: true, target: 1428 } } };

const directoryOf = (listed: unknown, company: unknown = COMPANY): Directory => ({
  getCompany: () => company as never,
  listLocations: () => listed as Location[],
});

describe("a host's own directory", () => {
  const run = async (directory: Directory, locationId: string) => {
    const { passport, place, evidence, shown } = createCampus();
    const options = { provider: passport, ...place(passport, locationId), evidence, directory };
    const failure = await failureOf(() => runTestPlate(options));
    expect(shown()).toEqual(NOTHING_SHOWN);
    return failure;
  };

  it.each<[string, Directory, string]>([
    ["a location without switches", directoryOf([lotA, noPassport]), 'location "lot-b".providers'],
    ["a number as target", directoryOf([lotA, numbered]), 'location "lot-b".providers["passport"].target'],
    ["a location without an id", directoryOf([lotA, { ...lotB, id: 2 }]), "listLocations[1].id"],
    ["an invalid list", directoryOf(null), "listLocations"],
    ["no such company", directoryOf([lotA, lotB], null), "companyId"],
    ["a company without switches", directoryOf([lotA], { ...COMPANY, providers: null }), "company.providers"],
  ])("with %s is refused by a test-plate run before anything is sent", async (_, directory, field) => {
    expect(await run(directory, "lot-b")).toMatchObject({ code: "invalid_input", field });
  });

  it("with a malformed location works for a run at another one", async () => {
    const { passport, place, evidence } = createCampus();
    const options = { provider: passport, ...place(passport, "lot-a"), evidence };
    const result = await runTestPlate({ ...options, directory: directoryOf([lotA, noPassport]) });
    expect(result).toMatchObject({ seen: true, gone: true });
  });

  it.each<[string, Directory, string]>([
    ["a location without switches", directoryOf([noPassport]), 'location "lot-b".providers'],
    ["a number as target", directoryOf([numbered]), 'location "lot-b".providers["passport"].target'],
    ["no such company", directoryOf([lotB], null), "permit.companyId"],
    ["no such location", directoryOf([lotA]), "permit.locationIds[0]"],
  ])(
    "with %s is named by registrationsOf, where the permit is for that location",
    async (_, directory, field) => {
      const atB = permit("GXK204", { companyId: COMPANY.id, locationIds: ["lot-b"] });
      const failure = await failureOf(() => registrationsOf(atB, directory, "passport"));
      expect(failure).toMatchObject({ code: "invalid_input", field });
    },
  );

  it("with a malformed location has the registrations of the others, their region as a code", async () => {
    const directory = directoryOf([{ ...lotA, region: "NB" }, noPassport]);
    const atA = permit("GXK204", { companyId: COMPANY.id, locationIds: ["lot-a"] });
    expect(await registrationsOf(atA, directory, "passport")).toMatchObject([
      { locationId: "lot-a", plate: { number: "GXK204", region: "CA-NB" } },
    ]);
  });
});

describe("lists that a host passes to the set-up", () => {
  const broken = {
    *[Symbol.iterator]() {
      yield lotA;
      throw new Error("hunter2");
    },
  };

  it.each([
    ["an iterator that fails", broken, "breaks off"],
    ["a Map", new Map([["lot-a", lotA]]), "values()"],
    ["a promise", Promise.resolve([lotA]), "must be an array"],
  ])("must not be %s", async (_, locations, words) => {
    const { passport, clock } = createCampus();
    const change = { provider: passport, company: COMPANY, before: locations, after: [] };
    const readiness = { provider: passport, company: COMPANY, locations, clock };
    for (const [field, call] of [
      ["before", () => planMappingChange(change as never)],
      ["locations", () => checkReadiness(readiness as never)],
    ] as const) {
      const failure = await failureOf(call);
      expect(failure).toMatchObject({ code: "invalid_input", field });
      expect(failure.message).toContain(words);
    }
  });
});

describe("invalid results of an evidence store and a clock", () => {
  it.each([undefined, null, 7, "[]", { records: [] }])(
    "a list that is %j is invalid_input",
    async (records) => {
      const { passport, clock } = createCampus();
      const evidence = { list: () => records as never, save() {} };
      const failure = await failureOf(() => sweepTestPlates({ providers: [passport], evidence, clock }));
      expect(failure).toMatchObject({ code: "invalid_input", field: "evidence" });
    },
  );

  it.each([undefined, 0, "today", Promise.reject.bind(Promise, new Error("late"))])(
    "a clock that returns %j instead of a date is invalid_config, and nothing is sent",
    async (shown) => {
      const { passport, place, evidence, shown: rights } = createCampus();
      const clock = () => (typeof shown === "function" ? shown() : shown) as never;
      const calls = [
        () => runTestPlate({ provider: passport, ...place(passport), evidence, clock }),
        () => sweepTestPlates({ providers: [passport], evidence, clock }),
        () => checkReadiness({ provider: passport, company: COMPANY, locations: LOCATIONS, clock }),
      ];
      for (const call of calls) {
        expect(await failureOf(call)).toMatchObject({ code: "invalid_config", field: "clock" });
      }
      expect(rights()).toEqual(NOTHING_SHOWN);
    },
  );

  it("a clock that fails after the plate was withdrawn does not leave the record open", async () => {
    const { passport, place, evidence, clock, shown, sandbox } = createCampus();
    const failing = () => {
      if (sandbox.passport.events.length === 2) throw new Error("no time");
      return clock();
    };
    await runTestPlate({ provider: passport, ...place(passport), evidence, clock: failing });
    expect(await evidence.list()).toMatchObject([{ state: "closed" }]);
    expect(shown()).toEqual(NOTHING_SHOWN);
  });
});

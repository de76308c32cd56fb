import { describe, expect, it } from "vitest";
import { memoryDirectory } from "../../../src/core/directory/directory.ts";
import { readAnsweredCompany, readAnsweredLocations } from "../../../src/core/directory/read-answers.ts";

const company = { id: "u", name: "University", providers: { passport: { enabled: true } } };
const sound = {
  id: "good",
  companyId: "u",
  name: "Good",
  region: "NB",
  providers: { passport: { enabled: true, target: "Z1" } },
};

describe("a list of locations", () => {
  function* generate() {
    yield sound;
  }
  const brokenOff = {
    *[Symbol.iterator]() {
      yield sound;
      throw new Error("connection lost; password=hunter2");
    },
  };
  const foreign = { ...sound, companyId: "v" };
  const used = generate();
  readAnsweredLocations(used, "u");

  it.each([
    ["an array", () => [sound]],
    ["a Set", () => new Set([sound])],
    ["a new generator each time", generate],
    ["the values of a Map", () => new Map([["good", sound]]).values()],
    [
      "an iterator that leaves done out",
      () => {
        const left = [{ value: sound }, { done: true }];
        return { [Symbol.iterator]: () => ({ next: () => left.shift() }) };
      },
    ],
  ])("may be %s", (_, list) => {
    expect(readAnsweredLocations(list(), "u").sound).toMatchObject([{ id: "good" }]);
  });

  it.each([
    ["null", null, /must be an array/],
    ["nothing", undefined, /must be an array/],
    ["a number", 12, /must be an array/],
    ["JSON text", JSON.stringify([sound]), /must be an array/],
    ["rows in an object", { rows: [sound] }, /must be an array/],
    ["an async iterable", { async *[Symbol.asyncIterator]() {} }, /Array\.fromAsync/],
    ["a Map", new Map([["good", sound]]), /values\(\)/],
    ["an iterator that was used before", used, /used before/],
    ["a list that breaks off", brokenOff, /breaks off/],
    ["an invalid iterator", { [Symbol.iterator]: () => 5 }, /no iterator/],
    ["an iterator that returns numbers", { [Symbol.iterator]: () => ({ next: () => 5 }) }, /breaks off/],
    ["an iterator without results", { [Symbol.iterator]: () => ({ next: () => undefined }) }, /breaks off/],
    [
      "a list without an end",
      {
        *[Symbol.iterator]() {
          for (;;) yield foreign;
        },
      },
      /more than 1000000 entries/,
    ],
  ])("must not be %s", { timeout: 120_000 }, (_, list, message) => {
    const read = () => readAnsweredLocations(list, "u");
    expect(read).toThrow(expect.objectContaining({ code: "invalid_input", field: "listLocations" }));
    expect(read).toThrow(message);
    expect(read).not.toThrow(/hunter2/);
  });

  it("may stop being read at any entry", () => {
    const read = () =>
      readAnsweredLocations(
        Array.from({ length: 1_000 }, () => sound),
        "u",
        () => {
          throw new Error("time is over");
        },
      );
    expect(read).toThrow("time is over");
  });

  it("of a memoryDirectory is used without another check", async () => {
    const directory = memoryDirectory({ companies: [company], locations: [sound] });
    const list = await directory.listLocations("u");
    expect(readAnsweredLocations(list, "u")).toMatchObject({ isUnchanging: true, malformed: [] });
    expect(readAnsweredLocations(list, "u").sound).toBe(list);
    expect(readAnsweredLocations(list, "v")).toEqual({ sound: [], malformed: [], isUnchanging: false });
    const given = await directory.getCompany("u");
    expect(readAnsweredCompany(given, "u")).toBe(given);
    expect(readAnsweredLocations([given], "u").malformed).toHaveLength(1);
  });
});

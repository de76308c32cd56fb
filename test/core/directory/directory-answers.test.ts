import { describe, expect, it } from "vitest";
import { memoryDirectory } from "../../../src/core/directory/directory.ts";
import {
  findMalformed,
  readAnsweredCompany,
  readAnsweredLocations,
} from "../../../src/core/directory/read-answers.ts";

const company = { id: "u", name: "University", providers: { passport: { enabled: true } } };
const sound = {
  id: "good",
  companyId: "u",
  name: "Good",
  region: "NB",
  providers: { passport: { enabled: true, target: "Z1" } },
};
const withPassport = (entry: unknown) => ({ ...sound, id: "bad", providers: { passport: entry } });

const throwing = Object.defineProperty({ ...sound, id: "bad" }, "providers", {
  enumerable: true,
  get: () => {
    throw new Error("no connection; password=hunter2");
  },
});

class LazySwitches {
  get passport() {
    return { enabled: true };
  }
}

const revoked = Proxy.revocable(sound, {});
revoked.revoke();

/** Values that a host's own directory may return in place of a location, and the field that is named. */
const MALFORMED: readonly (readonly [what: string, location: unknown, field: string])[] = [
  ["no switches", { ...sound, id: "bad", providers: null }, "providers"],
  ["switches as JSON text", { ...sound, id: "bad", providers: '{"passport":{"enabled":true}}' }, "providers"],
  ["a list of switches", { ...sound, id: "bad", providers: ["passport"] }, "providers"],
  ["a Map of switches", { ...sound, id: "bad", providers: new Map([["passport", true]]) }, "providers"],
  ["a promise of switches", { ...sound, id: "bad", providers: Promise.resolve({}) }, "providers"],
  ["switches behind getters", { ...sound, id: "bad", providers: new LazySwitches() }, "providers"],
  ["switches left out", { id: "bad", companyId: "u", name: "Bad" }, "providers"],
  ["a switch that is 1", withPassport({ enabled: 1 }), 'providers["passport"].enabled'],
  ["a switch that is text", withPassport({ enabled: "true" }), 'providers["passport"].enabled'],
  ["a switch that is null", withPassport({ enabled: null }), 'providers["passport"].enabled'],
  ["a switch left out", withPassport({ target: "Z" }), 'providers["passport"].enabled'],
  ["an entry that is null", withPassport(null), 'providers["passport"]'],
  ["an entry that is true", withPassport(true), 'providers["passport"]'],
  [
    "a target that is a number",
    withPassport({ enabled: true, target: 1428 }),
    'providers["passport"].target',
  ],
  ["a target that is null", withPassport({ enabled: true, target: null }), 'providers["passport"].target'],
  [
    "a target that is damaged",
    withPassport({ enabled: true, target: "\ud800" }),
    'providers["passport"].target',
  ],
  ["a stage that is none", withPassport({ enabled: true, stage: "LIVE" }), 'providers["passport"].stage'],
  ["another key of an entry", withPassport({ enabled: true, zone: "Z" }), 'providers["passport"]'],
  ["company_id", { id: "bad", company_id: "u", name: "Bad", providers: {} }, "companyId"],
  ["a company that is a number", { ...sound, id: "bad", companyId: 7 }, "companyId"],
  ["a row with more columns", { ...sound, id: "bad", created_at: new Date() }, "created_at"],
  ["no name", { ...sound, id: "bad", name: undefined }, "name"],
  ["a region that is none", { ...sound, id: "bad", region: "Atlantis" }, "region"],
  ["a zone name that is empty", { ...sound, id: "bad", zoneName: "" }, "zoneName"],
  ["a getter that throws", throwing, "location"],
];

/** The same for a location whose id cannot be read. */
const WITHOUT_ID: readonly (readonly [what: string, location: unknown, field: string])[] = [
  ["null", null, "location"],
  ["a text", "bad", "location"],
  ["a number", 7, "location"],
  ["a list", [sound], "location"],
  ["a promise", Promise.resolve(sound), "location"],
  ["a proxy that was revoked", revoked.proxy, "location"],
  ["an id that is a number", { ...sound, id: 7 }, "id"],
  ["an id that is damaged", { ...sound, id: "\udc00" }, "id"],
  ["an id with U+0000", { ...sound, id: "b\0d" }, "id"],
  ["an id that is empty", { ...sound, id: " " }, "id"],
];

describe("a location of a host's own directory", () => {
  it("leaves no rejection unhandled, wherever its promises are", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    const rejected = () => Promise.reject(new Error("no connection"));
    const given = [
      rejected(),
      { ...sound, name: rejected() },
      { ...sound, providers: rejected() },
      withPassport(rejected()),
      withPassport({ enabled: rejected() }),
    ];
    expect(readAnsweredLocations(given, "u").malformed).toHaveLength(5);
    expect(() => readAnsweredCompany({ ...company, providers: rejected() }, "u")).toThrow("providers");
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });

  it("that had no switches is read again when they become a Map", () => {
    const location: Record<string, unknown> = { ...sound, providers: {} };
    expect(readAnsweredLocations([location], "u").sound).toHaveLength(1);
    location["providers"] = new Map([["passport", { enabled: true }]]);
    expect(readAnsweredLocations([location], "u").malformed).toMatchObject([{ field: "providers" }]);
  });

  it("may have any target at a provider whose entry cannot be read", () => {
    const { malformed } = readAnsweredLocations(
      [withPassport("on"), { ...sound, providers: new Map() }],
      "u",
    );
    expect(malformed.map((one) => one.targetOrName("passport"))).toEqual([null, null]);
    expect(malformed[0]?.targetOrName("t2-flex")).toBe("Good");
  });

  it.each(MALFORMED)("with %s is listed apart by its id", (_, location, field) => {
    const { sound: read, malformed } = readAnsweredLocations([sound, location], "u");
    expect(read.map(({ id }) => id)).toEqual(["good"]);
    expect(malformed).toMatchObject([{ id: "bad", index: 1, field, error: { code: "invalid_input" } }]);
    expect(malformed[0]?.error.message).toMatch(/^location "bad"/);
    expect(malformed[0]?.error.message).not.toContain("hunter2");
  });

  it.each(WITHOUT_ID)("that is %s is listed apart by its place", (_, location, field) => {
    const { sound: read, malformed } = readAnsweredLocations([sound, location], "u");
    expect(read.map(({ id }) => id)).toEqual(["good"]);
    expect(malformed).toMatchObject([{ id: undefined, index: 1, field }]);
    expect(malformed[0]?.error.message).toMatch(/^listLocations\[1\]/);
  });

  it("is checked like a location of memoryDirectory", () => {
    for (const [what, location] of [...MALFORMED, ...WITHOUT_ID]) {
      const build = () => memoryDirectory({ companies: [company], locations: [location as never] });
      expect(build, what).toThrow();
    }
    expect(readAnsweredLocations([sound], "u").sound).toEqual([
      ...(memoryDirectory({ companies: [company], locations: [sound] }).listLocations("u") as never[]),
    ]);
  });

  it("is refused with the name of the unknown key beside the missing one, and the remedy", () => {
    const messageOf = (location: unknown) =>
      readAnsweredLocations([location], "u").malformed[0]?.error.message;
    expect(messageOf({ id: "bad", company_id: "u", name: "Bad", providers: {} })).toBe(
      'location "bad".companyId: is missing; key "company_id" is not known.',
    );
    expect(messageOf({ ...sound, id: "bad", created_at: 1 })).toBe(
      'location "bad": key "created_at" is not known; known keys: id, companyId, name, zoneName, region, providers.',
    );
    expect(messageOf(withPassport({ enabled: true, target: null }))).toBe(
      'location "bad".providers["passport"].target: must be text; leave the key out where there is none.',
    );
  });

  it("has its region as a code", () => {
    expect(readAnsweredLocations([sound], "u").sound).toMatchObject([{ region: "CA-NB" }]);
  });

  it("may be an instance of a class with getters", () => {
    class Row {
      readonly #row = sound;
      get id() {
        return this.#row.id;
      }
      get companyId() {
        return this.#row.companyId;
      }
      get name() {
        return this.#row.name;
      }
      get providers() {
        return this.#row.providers;
      }
    }
    expect(readAnsweredLocations([new Row()], "u").sound).toMatchObject([{ id: "good", name: "Good" }]);
  });

  it("of another company is left out, whatever its faults", () => {
    const foreign = { ...sound, companyId: "v" };
    expect(readAnsweredLocations([foreign, { ...foreign, providers: null }, sound], "u")).toMatchObject({
      sound: [{ id: "good" }],
      malformed: [],
    });
  });

  it("that is listed twice is malformed, because either entry may count", () => {
    const twice = [sound, { ...sound, providers: {} }, { ...sound, id: "other" }];
    const { sound: read, malformed } = readAnsweredLocations(twice, "u");
    expect(read.map(({ id }) => id)).toEqual(["other"]);
    expect(malformed).toMatchObject([{ id: "good", index: 1, field: "id" }]);
    const halfReadable = readAnsweredLocations([sound, { ...sound, providers: null }], "u");
    expect(halfReadable).toMatchObject({ sound: [], malformed: [{ id: "good", field: "providers" }] });
  });
});

describe("a malformed location that a permit may be for", () => {
  it("is the one with its id, otherwise one whose id cannot be read", () => {
    const { malformed } = readAnsweredLocations([null, { ...sound, providers: null }], "u");
    expect(findMalformed(malformed, "good")?.index).toBe(1);
    expect(findMalformed(malformed, "else")?.index).toBe(0);
    expect(findMalformed(malformed.slice(1), "else")).toBeUndefined();
  });
});

describe("an object of the host", () => {
  const make = () => ({
    id: "good",
    companyId: "u",
    name: "Good",
    zoneName: "Core",
    region: "NB" as unknown,
    providers: { passport: { enabled: true as unknown, target: "Z1" as unknown } } as Record<string, unknown>,
  });

  it("is read once while it does not change", () => {
    const location = make();
    const [first] = readAnsweredLocations([location], "u").sound;
    expect(readAnsweredLocations([location], "u").sound[0]).toBe(first);
    const given = { ...company };
    expect(readAnsweredCompany(given, "u")).toBe(readAnsweredCompany(given, "u"));
  });

  it.each<[string, (location: ReturnType<typeof make>) => void, object]>([
    ["its name", (location) => Object.assign(location, { name: "Other" }), { name: "Other" }],
    ["its zone", (location) => Object.assign(location, { zoneName: "Other" }), { zoneName: "Other" }],
    ["its region", (location) => Object.assign(location, { region: "NS" }), { region: "CA-NS" }],
    [
      "a switch",
      (location) => Object.assign(location.providers["passport"] as object, { enabled: false }),
      { providers: { passport: { enabled: false } } },
    ],
    [
      "a target",
      (location) => Object.assign(location.providers["passport"] as object, { target: "Z2" }),
      { providers: { passport: { target: "Z2" } } },
    ],
    [
      "its providers",
      (location) => Object.assign(location.providers, { hotspot: { enabled: true } }),
      { providers: { hotspot: { enabled: true } } },
    ],
  ])("is read again when the host changes %s", (_, change, expected) => {
    const location = make();
    readAnsweredLocations([location], "u");
    change(location);
    expect(readAnsweredLocations([location], "u").sound).toMatchObject([expected]);
  });

  it.each<[string, (location: ReturnType<typeof make>) => void]>([
    ["its region is none", (location) => Object.assign(location, { region: "Atlantis" })],
    [
      "a region becomes invalid",
      (location) => {
        delete location.region;
        readAnsweredLocations([location], "u");
        location.region = "Atlantis";
      },
    ],
    ["a switch is 1", (location) => Object.assign(location.providers["passport"] as object, { enabled: 1 })],
    ["a key comes", (location) => Object.assign(location, { zone_name: "Z" })],
    [
      "a key of an entry comes",
      (location) => Object.assign(location.providers["passport"] as object, { x: 1 }),
    ],
    ["its switches go", (location) => Object.assign(location, { providers: null })],
  ])("is noticed when %s", (_, change) => {
    const location = make();
    expect(readAnsweredLocations([location], "u").malformed).toEqual([]);
    change(location);
    expect(readAnsweredLocations([location], "u")).toMatchObject({ sound: [], malformed: [{ id: "good" }] });
  });
});

describe("a company", () => {
  it.each([undefined, null])("that is %s does not exist", (nothing) => {
    expect(readAnsweredCompany(nothing, "u")).toBeUndefined();
  });

  it.each([
    ["false", false, "company"],
    ["0", 0, "company"],
    ["empty text", "", "company"],
    ["a list", [company], "company"],
    ["another company", { ...company, id: "v" }, "company.id"],
    ["one without a name", { ...company, name: undefined }, "company.name"],
    ["one without switches", { ...company, providers: null }, "company.providers"],
    [
      "one whose switch is 1",
      { ...company, providers: { passport: { enabled: 1 } } },
      'company.providers["passport"].enabled',
    ],
    ["a row with more columns", { ...company, createdAt: 1 }, "company"],
    [
      "one with a damaged provider id",
      { ...company, providers: { "\ud800": { enabled: true } } },
      "company.providers",
    ],
  ])("must not be %s", (_, given, field) => {
    expect(() => readAnsweredCompany(given, "u")).toThrow(
      expect.objectContaining({ code: "invalid_input", field }),
    );
  });
});

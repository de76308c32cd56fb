import { describe, expect, it } from "vitest";
import { EnforcementError } from "../../src/core/errors.ts";
import { fieldError } from "../../src/core/fields.ts";
import {
  readChoice,
  readConfig,
  readDeadline,
  readFactoryOptions,
  readFunction,
  readInteger,
  readMethods,
  readNumber,
  readOptionalFunction,
} from "../../src/core/options.ts";
import { failureOf } from "../support/registrations.ts";

const SECRET = "hunter2";

describe("readers of options", () => {
  it.each<[string, () => unknown]>([
    ["must be a function; see its type.", () => readFunction(SECRET, "it")],
    ["must be a function; see its type.", () => readOptionalFunction(null, "it")],
    ["is missing.", () => readMethods(undefined, "it", ["open"])],
    ["must be a number from 0 to 1,440.", () => readNumber(1_441, "it", { least: 0, most: 1_440 })],
    ["must be a number from 0 to 1,440.", () => readNumber(Number.NaN, "it", { least: 0, most: 1_440 })],
    ["must be a number from 0 to 1,440.", () => readNumber("5", "it", { least: 0, most: 1_440 })],
    ["must be a whole number from 1 to 1,000.", () => readInteger(0, "it", { least: 1, most: 1_000 })],
    ["must be a whole number from 1 to 1,000.", () => readInteger(1.5, "it", { least: 1, most: 1_000 })],
    ["must be a whole number from 1 to 1,000.", () => readInteger(null, "it", { least: 1, most: 1_000 })],
    ["must be a number from 1 to 2,147,483,647.", () => readDeadline(Number.POSITIVE_INFINITY, "it")],
    ['must be one of "a", "b".', () => readChoice(SECRET, "it", ["a", "b"])],
  ])("name the option and what it %s", async (problem, read) => {
    expect(await failureOf(read)).toMatchObject({
      code: "invalid_input",
      field: "it",
      message: `it: ${problem}`,
    });
  });

  it("name the method that is missing, and the deadline where no other name is given", async () => {
    expect(await failureOf(() => readMethods({ open() {} }, "ledger", ["open", "close"]))).toMatchObject({
      field: "ledger.close",
    });
    expect(await failureOf(() => readDeadline(0))).toMatchObject({ field: "deadlineMs" });
  });

  it("return a valid value, and the default where an option is absent", () => {
    const call = () => {};
    const store = { open: call };
    expect(readFunction(call, "it")).toBe(call);
    expect(readOptionalFunction(undefined, "it")).toBeUndefined();
    expect(readMethods(store, "it", ["open"])).toBe(store);
    expect(readNumber(0.5, "it", { least: 0, most: 1 })).toBe(0.5);
    expect(readInteger(1_000, "it", { least: 1, most: 1_000 })).toBe(1_000);
    expect(readDeadline(2 ** 31 - 1)).toBe(2_147_483_647);
    expect([readChoice(undefined, "it", ["a", "b"]), readChoice("b", "it", ["a", "b"])]).toEqual(["a", "b"]);
  });
});

describe("a factory's configuration", () => {
  it("fails as invalid_config with the factory's name and the option's field", async () => {
    const failure = await failureOf(() =>
      readConfig("createThing", () => {
        throw fieldError("size", "must be a number.");
      }),
    );
    expect(failure).toMatchObject({
      code: "invalid_config",
      field: "size",
      message: "createThing: size: must be a number.",
    });
    expect(failure).toBeInstanceOf(EnforcementError);
    expect(readConfig("createThing", () => 7)).toBe(7);
  });

  it("passes an error of the host's own getter through unchanged", () => {
    const thrown = new TypeError("the host's");
    expect(() =>
      readConfig("createThing", () => {
        throw thrown;
      }),
    ).toThrow(thrown);
  });

  it("refuses unknown keys", async () => {
    expect(readFactoryOptions({ size: 1 }, "createThing", ["size"])).toEqual({ size: 1 });
    expect(await failureOf(() => readFactoryOptions({ siez: 1 }, "createThing", ["size"]))).toMatchObject({
      code: "invalid_config",
      field: "createThing options",
      message: 'createThing: options: key "siez" is not known; known keys: size.',
    });
  });
});

import { describe, expect, test } from "vitest";
import {
  describeKey,
  fieldError,
  isUuid,
  readBoolean,
  readList,
  readNonNegativeInteger,
  readOptionalText,
  readRecord,
  readText,
} from "../../src/core/fields.ts";

const refusal = (field: string) =>
  expect.objectContaining({ code: "invalid_input", field, outcome: "not_applied" });

describe("readRecord", () => {
  test("accepts an object whose keys are all known, with some of them missing", () => {
    expect(readRecord({ a: 1 }, "it", ["a", "b"])).toEqual({ a: 1 });
    expect(readRecord(Object.create(null), "it", [])).toEqual({});
  });

  test.each([null, undefined, [], "text", 5, () => {}])("refuses %j", (value) => {
    expect(() => readRecord(value, "it", ["a"])).toThrow(refusal("it"));
  });

  test("names an unknown key and the known ones", () => {
    expect(() => readRecord({ locationIDs: [] }, "permit", ["locationIds"])).toThrow(
      'permit: key "locationIDs" is not known; known keys: locationIds.',
    );
  });

  test.each(["ABC123", "hunter2!", "s3cr3t", "x".repeat(41)])("does not repeat the key %j", (key) => {
    expect(describeKey(key)).toBe("a key");
    expect(() => readRecord({ [key]: 1 }, "it", [])).toThrow("it: a key is not known");
  });
});

test.each([
  [() => readText("", "it")],
  [() => readText(" \t", "it")],
  [() => readText(5, "it")],
  [() => readText(undefined, "it")],
  [() => readText("\ud800", "it")],
  [() => readText("a\udc00b", "it")],
  [() => readText("\udc00\ud800", "it")],
  [() => readText("a\0b", "it")],
  [() => readOptionalText("a\0", "it")],
  [() => readOptionalText(null, "it")],
  [() => readOptionalText("", "it")],
  [() => readNonNegativeInteger(-1, "it")],
  [() => readNonNegativeInteger(1.5, "it")],
  [() => readNonNegativeInteger("1", "it")],
  [() => readNonNegativeInteger(Number.NaN, "it")],
  [() => readNonNegativeInteger(2 ** 53, "it")],
  [() => readList({}, "it")],
  [() => readList("ab", "it")],
  [() => readList([], "it", { atLeastOne: true })],
  [() => readBoolean(1, "it")],
  [() => readBoolean("true", "it")],
  [() => readBoolean(undefined, "it")],
])("%s is refused, naming the field", (read) => {
  expect(read).toThrow(refusal("it"));
});

test("values that fit are returned unchanged", () => {
  expect(readText(" x ", "it")).toBe(" x ");
  expect(readText("\ud83d\ude97 \ufffd", "it")).toBe("\ud83d\ude97 \ufffd");
  expect(readOptionalText(undefined, "it")).toBeUndefined();
  expect([readNonNegativeInteger(0, "it"), readBoolean(false, "it"), readList([], "it")]).toEqual([
    0,
    false,
    [],
  ]);
});

test("a message never shows the value: it may be a plate or a secret in the wrong place", () => {
  expect(() => readNonNegativeInteger("ABC123", "permit.revision")).toThrow(
    /^permit\.revision: must be a whole number, 0 or more\.$/,
  );
});

test.each([
  ["8f2b0c5e-0000-4000-8000-00000000000a", true],
  ["8F2B0C5E-0000-4000-8000-00000000000A", true],
  ["8f2b0c5e00004000800000000000000a", false],
  ["{8f2b0c5e-0000-4000-8000-00000000000a}", false],
  ["8f2b0c5e-0000-4000-8000-00000000000a\n", false],
  ["8f2b0c5e-0000-4000-8000-00000000000g", false],
  ["", false],
])("isUuid of %j is %s", (text, expected) => {
  expect(isUuid(text)).toBe(expected);
});

test("fieldError can be about a configuration", () => {
  expect(fieldError("retries", "must be a whole number.", "invalid_config")).toMatchObject({
    code: "invalid_config",
    field: "retries",
    message: "retries: must be a whole number.",
  });
});

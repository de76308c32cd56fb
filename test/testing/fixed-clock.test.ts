import { describe, expect, it } from "vitest";
import { fixedClock } from "../../src/testing/fixed-clock.ts";
import { failureOf } from "../support/registrations.ts";

describe("a fixed clock", () => {
  it("does not move until it is set", () => {
    const clock = fixedClock("2026-09-15T09:00:00-03:00");
    expect(clock().toISOString()).toBe("2026-09-15T12:00:00.000Z");

    clock.advance(90_000);
    expect(clock().toISOString()).toBe("2026-09-15T12:01:30.000Z");

    clock.set(new Date("2027-01-01T00:00:00.000Z"));
    expect(clock().toISOString()).toBe("2027-01-01T00:00:00.000Z");
  });

  it("is not affected by changes to a date that it returned", () => {
    const clock = fixedClock(new Date(0));
    clock().setTime(7);

    expect(clock().getTime()).toBe(0);
  });

  it("refuses an invalid instant by name", async () => {
    const clock = fixedClock(new Date(0));

    expect(await failureOf(() => fixedClock("today"))).toMatchObject({
      code: "invalid_input",
      field: "start",
    });
    expect(await failureOf(() => clock.set(new Date(Number.NaN)))).toMatchObject({ field: "instant" });
    expect(await failureOf(() => clock.advance(Number.NaN))).toMatchObject({ field: "milliseconds" });
  });
});

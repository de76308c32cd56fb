import { expect, it } from "vitest";
import type { Refusal, RegistrationState } from "../../../src/sync/ledger/delivery.ts";
import { sentAgainAt } from "../../../src/sync/plan/plan-taken-place.ts";
import { minute, rightAt } from "../ledger/fixtures.ts";

const NOW = minute(10).getTime();

const refusal: Refusal = {
  operation: "register",
  validTo: minute(600).toISOString(),
  failedAt: minute(9).toISOString(),
  code: "rejected",
  message: "It exists.",
  reason: "already_exists",
  retryAt: minute(11).toISOString(),
};

/** When a registration at "Zone 1" is sent again, in minutes. */
function sentAgain(failure: Refusal, ...others: RegistrationState[]): number {
  const refused = { ...rightAt("Zone 1"), reference: "refused", receipt: null, intent: null, failure };
  const context = { now: NOW, rights: [refused, ...others], openEndedDays: 1 };
  return (sentAgainAt(refused, failure, context) - minute(0).getTime()) / 60_000;
}

it("a registration that was refused because another right exists is sent again after its wait", () => {
  expect(sentAgain(refusal)).toBe(11);
});

it("a registration that was refused because another right exists is sent again at once, when the permit's own right there is gone", () => {
  expect(sentAgain({ ...refusal, behind: true })).toBe(10);
  expect(sentAgain({ ...refusal, behind: true }, { ...rightAt("Zone 2"), reference: "elsewhere" })).toBe(10);
});

it("a registration that was refused because another right exists is sent again when the permit's own right there has ended", () => {
  expect(sentAgain({ ...refusal, behind: true }, { ...rightAt("Zone 1"), reference: "own" })).toBe(600);
});

it("a registration that was refused because another right exists is sent again at once, when the permit's own right came there after the refusal", () => {
  expect(sentAgain(refusal, { ...rightAt("Zone 1"), reference: "own" })).toBe(10);
});

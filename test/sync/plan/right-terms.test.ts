import { describe, expect, it } from "vitest";
import type { Intent, Refusal, RegistrationState } from "../../../src/sync/ledger/delivery.ts";
import { findLiveUntil } from "../../../src/sync/ledger/delivery-facts.ts";
import { overAt } from "../../../src/sync/plan/right-terms.ts";
import { deliveryOf, minute, rightAt } from "../ledger/fixtures.ts";

const OPEN_ENDED_DAYS = 1;
const MINUTES_PER_DAY = 24 * 60;

function intent(operation: Intent["operation"], end: number | null, at = 10): Intent {
  const validTo = end === null ? null : minute(end).toISOString();
  return { operation, at: minute(at).toISOString(), validTo, attempts: 1, notBefore: null };
}

const failure: Refusal = {
  operation: "register",
  validTo: minute(600).toISOString(),
  failedAt: minute(10).toISOString(),
  code: "rejected",
  message: "No.",
};

const minutes = (count: number | null) => (count === null ? null : minute(count).getTime());
const endless = Number.POSITIVE_INFINITY;

interface Case {
  readonly name: string;
  readonly right: Partial<RegistrationState>;
  /** In minutes; without `ledger`, the ledger's is the same. */
  readonly planner: number;
  readonly ledger?: number | null;
}

const cases: Case[] = [
  { name: "acknowledged", right: {}, planner: 600 },
  { name: "to be extended", right: { intent: intent("amend", 700) }, planner: 700 },
  { name: "to be shortened", right: { intent: intent("amend", 100) }, planner: 600 },
  { name: "in doubt", right: { mayLastUntil: minute(800).toISOString() }, planner: 800 },
  {
    name: "to be registered without an end",
    right: { receipt: null, intent: intent("register", null) },
    planner: 10 + OPEN_ENDED_DAYS * MINUTES_PER_DAY,
    ledger: endless,
  },
  {
    name: "to be cancelled",
    right: { intent: intent("cancel", null) },
    planner: 10 + OPEN_ENDED_DAYS * MINUTES_PER_DAY,
    ledger: 600,
  },
  { name: "only refused", right: { receipt: null, failure }, planner: 600, ledger: null },
];

describe("a right", () => {
  it.each(cases)(
    "$name has ended for the planner, and is live for a ledger",
    ({ right, planner, ledger }) => {
      const one = rightAt("Zone 1", right);
      expect(overAt(one, OPEN_ENDED_DAYS)).toBe(minutes(planner));
      const expected = ledger === undefined ? planner : ledger;
      expect(findLiveUntil(deliveryOf([one]))).toBe(expected === endless ? endless : minutes(expected));
    },
  );
});

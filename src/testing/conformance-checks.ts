import assert from "node:assert/strict";
import { type EnforcementError, isEnforcementError } from "../core/errors.ts";
import type { MaybePromise } from "../core/maybe-promise.ts";
import type { ListedRegistration, Outcome, PushProvider, RegistrationPage } from "../core/provider.ts";
import type { Receipt, Registration } from "../core/registration/registration.ts";
import type { ConformanceBench } from "./provider-under-test.ts";

export type ConformanceTest = (
  bench: ConformanceBench,
  /** Makes a provider with the same id and another, empty vendor. */
  createAnother: () => MaybePromise<ConformanceBench>,
) => Promise<void>;

/** A test and its name. */
export type NamedConformanceTest = readonly [title: string, body: ConformanceTest];

export async function registerAll(provider: PushProvider, registrations: Registration[]): Promise<Receipt[]> {
  const outcomes = await provider.registerMany(registrations);
  assertAccounted(outcomes, registrations.length, []);
  return outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
}

/** All pages of a list, and what it says at its end. */
export async function listAll(provider: PushProvider, target: string) {
  const listed: ListedRegistration[] = [];
  let end: RegistrationPage["end"] | undefined;
  for await (const page of provider.listRegistrations?.({ target }) ?? []) {
    assert.ok(end === undefined || end === "more", "no page may follow the last one");
    listed.push(...page.registrations);
    end = page.end;
  }
  assert.ok(end === "complete" || end === "incomplete", "the last page must say that it is the last");
  return { listed, end };
}

export function startOf({ validFrom }: Registration): Date {
  return new Date(validFrom);
}

export function endOf({ validTo }: Registration): Date {
  assert.ok(validTo, "the registration under test must have an end");
  return new Date(validTo);
}

export function middleOf(registration: Registration): Date {
  return new Date((startOf(registration).getTime() + endOf(registration).getTime()) / 2);
}

/** A receipt as it comes back from where a host stored it. */
export function restored(receipt: Receipt): Receipt {
  return JSON.parse(JSON.stringify(receipt));
}

export function manyOf(registration: Registration, count: number): Registration[] {
  return Array.from({ length: count }, (_, index) => ({
    ...registration,
    permitId: `${registration.permitId}-${index}`,
  }));
}

/** How many rights for the plate an officer sees at the target; by default in the middle of the registration. */
export async function assertSeen(
  { findRights, registration }: ConformanceBench,
  count: number,
  at = middleOf(registration),
): Promise<void> {
  if (findRights === undefined) return;
  const { plate, target } = registration;
  const seen = (await findRights(at)).filter(
    (right) => right.plateNumber === plate.number && right.target === target,
  );
  assert.equal(seen.length, count, `the vendor must show ${count} rights at ${at.toISOString()}`);
}

export function assertAccounted(
  outcomes: readonly Outcome<unknown>[],
  count: number,
  wrong: readonly number[],
  code = "invalid_input",
): void {
  assert.equal(outcomes.length, count, "every input must have its outcome");
  const failed = outcomes.flatMap((outcome, index) => (outcome.ok ? [] : [`${index} ${outcome.error.code}`]));
  assert.deepEqual(
    failed,
    wrong.map((index) => `${index} ${code}`),
  );
}

/** The EnforcementError of a call, which must name its provider and operation. */
export async function failureOf(
  provider: PushProvider,
  call: () => Promise<unknown>,
): Promise<EnforcementError> {
  try {
    await call();
  } catch (thrown) {
    assert.ok(isEnforcementError(thrown), "every failure must be an EnforcementError");
    assert.equal(thrown.providerId, provider.id);
    assert.match(thrown.operation ?? "", /\S/);
    return thrown;
  }
  return assert.fail("the call must fail");
}

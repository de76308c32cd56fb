import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { MaybePromise } from "../core/directory/directory.ts";
import { type EnforcementError, isEnforcementError } from "../core/errors.ts";
import { parsePlate } from "../core/permit/plate.ts";
import type { ListedRegistration, Outcome, PushProvider, RegistrationPage } from "../core/provider.ts";
import { referenceOf } from "../core/registration/identity.ts";
import type { Receipt } from "../core/registration/receipt.ts";
import type { Registration } from "../core/registration/registration.ts";
import type { ProviderUnderTest } from "./provider-under-test.ts";

type ConformanceTest = (
  bench: ProviderUnderTest,
  /** Makes a provider with the same id and another, empty vendor. */
  createAnother: () => MaybePromise<ProviderUnderTest>,
) => Promise<void>;

const DAY_MS = 24 * 60 * 60_000;

/** What every push provider passes, by name. Each gets a provider and an empty vendor of its own. */
export const CONFORMANCE_TESTS: readonly (readonly [string, ConformanceTest])[] = [
  [
    "says what it is and what it can do",
    async ({ provider }) => {
      for (const text of [provider.id, provider.vendor]) assert.match(text, /\S/);
      assert.equal(provider.delivery, "push");
      const { batchSize, openEndedDays, listZones, find, listRegistrations } = provider.capabilities;
      assert.ok(Number.isInteger(batchSize) && batchSize >= 1, "batchSize must be 1 or more");
      assert.ok(Number.isInteger(openEndedDays) && openEndedDays >= 1, "openEndedDays must be 1 or more");
      assert.equal(typeof provider.listZones === "function", listZones, "listZones must be as declared");
      assert.equal(typeof provider.find === "function", find, "find must be as declared");
      assert.equal(
        typeof provider.listRegistrations === "function",
        listRegistrations,
        "listRegistrations must be as declared",
      );
      const { ownReferences } = provider.capabilities;
      assert.ok(
        ownReferences === undefined || typeof ownReferences === "boolean",
        "ownReferences must be true, false or left out",
      );
      assert.ok(provider.setup.requirements.length > 0, "setup must name what is required");
      assert.ok(Array.isArray(provider.setup.mappingChangeSteps), "setup must name the mapping change steps");
    },
  ],
  [
    "reaches its vendor",
    async ({ provider }) => {
      assert.equal((await provider.checkConnection()).status, "connected");
    },
  ],
  [
    "registers a right, and leaves a receipt of plain JSON that names it",
    async (bench) => {
      const { provider, registration } = bench;
      const receipt = await provider.register(registration);
      assert.deepEqual(JSON.parse(JSON.stringify(receipt)), receipt);
      const { v, providerId, target, reference, coveredUntil } = receipt;
      assert.deepEqual([v, providerId], [1, provider.id]);
      for (const text of [target, reference]) assert.match(text, /\S/);
      assert.equal(coveredUntil, registration.validTo?.toISOString());
      assert.deepEqual(receipt.registration, toStored(registration));
      await assertSeen(bench, 1);
    },
  ],
  [
    "creates nothing twice when a registration is repeated with the same instant",
    async (bench) => {
      const { provider, registration } = bench;
      const at = middleOf(registration);
      const first = await provider.register(registration, { at });
      const second = await provider.register({ ...registration }, { at });
      assert.deepEqual(second, first);
      await assertSeen(bench, 1);
    },
  ],
  [
    "makes another right of another permit, plate, start or generation",
    async ({ provider, registration }) => {
      const { plate, validFrom, generation = 0 } = registration;
      const others: Partial<Registration>[] = [
        {},
        { permitId: `${registration.permitId}-other` },
        { plate: { ...plate, ...parsePlate("CONF0RM") } },
        { validFrom: new Date(validFrom.getTime() + 60_000) },
        { generation: generation + 1 },
      ];
      const references = new Set<string>();
      for (const other of others) {
        references.add((await provider.register({ ...registration, ...other })).reference);
      }
      assert.equal(references.size, others.length);
    },
  ],
  [
    "amends the end through a stored receipt, and nothing else",
    async (bench) => {
      const { provider, registration } = bench;
      const at = middleOf(registration);
      const receipt = await provider.register(registration, { at });
      const validTo = new Date(endOf(registration).getTime() + DAY_MS);
      const amended = await provider.amend(restored(receipt), { validTo, at });
      const stored = { ...receipt.registration, validTo: validTo.toISOString() };
      assert.deepEqual(amended, { ...receipt, coveredUntil: validTo.toISOString(), registration: stored });
      await assertSeen(bench, 1, endOf(registration));
      await assertSeen(bench, 0, validTo);
    },
  ],
  [
    "covers a right without an end openEndedDays from the later of its start and now",
    async ({ provider, registration }) => {
      const ahead = provider.capabilities.openEndedDays * DAY_MS;
      const at = middleOf(registration);
      const running = await provider.register({ ...registration, validTo: null }, { at });
      assert.equal(running.registration.validTo, null);
      assert.equal(running.coveredUntil, new Date(at.getTime() + ahead).toISOString());
      const later = new Date(at.getTime() + DAY_MS);
      const renewed = await provider.amend(restored(running), { validTo: null, at: later });
      assert.equal(renewed.coveredUntil, new Date(later.getTime() + ahead).toISOString());
      const validFrom = new Date(at.getTime() + DAY_MS);
      const future = await provider.register({ ...registration, validFrom, validTo: null }, { at });
      assert.equal(future.coveredUntil, new Date(validFrom.getTime() + ahead).toISOString());
    },
  ],
  [
    "cancels through a stored receipt, also twice",
    async (bench) => {
      const { provider, registration } = bench;
      const at = middleOf(registration);
      const receipt = await provider.register(registration, { at: registration.validFrom });
      await assertSeen(bench, 1, at);
      await provider.cancel(restored(receipt), { at });
      await assertSeen(bench, 0, at);
      await provider.cancel(restored(receipt), { at });
      await assertSeen(bench, 0, at);
    },
  ],
  [
    "cancels before the start: the right is never seen",
    async (bench) => {
      const { provider, registration } = bench;
      const at = new Date(registration.validFrom.getTime() - DAY_MS);
      const receipt = await provider.register(registration, { at });
      await provider.cancel(receipt, { at });
      await assertSeen(bench, 0, registration.validFrom);
      await assertSeen(bench, 0);
    },
  ],
  [
    "cancels by our reference alone, where it says that it can",
    async (bench) => {
      const { provider, registration } = bench;
      if (!provider.capabilities.ownReferences) return;
      const at = middleOf(registration);
      const {
        v,
        providerId,
        registration: stored,
        coveredUntil,
      } = await provider.register(registration, { at });
      await assertSeen(bench, 1, at);
      const reference = referenceOf(provider.id, registration);
      const { target } = registration;
      // As it is where the reply to the registration was lost: nothing of the vendor's own is known.
      await provider.cancel({ v, providerId, reference, target, registration: stored, coveredUntil }, { at });
      await assertSeen(bench, 0, at);
    },
  ],
  [
    "counts a right that the vendor does not know as cancelled",
    async ({ provider, registration }, createAnother) => {
      const receipt = await provider.register(registration);
      const another = await createAnother();
      try {
        assert.equal(await another.provider.cancel(receipt), undefined);
      } finally {
        await another.close?.();
      }
    },
  ],
  [
    "keeps two permits for one plate and target apart",
    async (bench) => {
      const { provider, registration } = bench;
      const at = middleOf(registration);
      const one = await provider.register(registration, { at });
      await provider.register({ ...registration, permitId: `${registration.permitId}-other` }, { at });
      await assertSeen(bench, 2);
      await provider.cancel(one, { at });
      await assertSeen(bench, 1);
    },
  ],
  [
    "gives every input of a …Many call its outcome, in order",
    async (bench) => {
      const { provider } = bench;
      const rights = manyOf(bench.registration, provider.capabilities.batchSize + 1);
      const [first, ...rest] = rights;
      const inputs: unknown[] = [null, first, 7, ...rest, { ...first, plate: "" }, first];
      const registered = await provider.registerMany(inputs as Registration[]);
      const wrong = [0, 2, inputs.length - 2];
      assertAccounted(registered, inputs.length, wrong);
      const permitIds = registered.map((end) => (end.ok ? end.value.registration.permitId : undefined));
      const wanted = inputs.map((input, index) =>
        wrong.includes(index) ? undefined : (input as Registration).permitId,
      );
      assert.deepEqual(permitIds, wanted);
      await assertSeen(bench, rights.length);

      const receipts = registered.slice(0, -1).flatMap((end) => (end.ok ? [end.value] : []));
      const validTo = new Date(endOf(bench.registration).getTime() + DAY_MS);
      const changes = receipts.map((receipt) => ({ receipt, validTo }));
      const amended = await provider.amendMany([...changes, undefined as never]);
      assertAccounted(amended, receipts.length + 1, [receipts.length]);
      await assertSeen(bench, rights.length, endOf(bench.registration));

      const cancelled = await provider.cancelMany([{} as never, ...receipts], {
        at: middleOf(bench.registration),
      });
      assertAccounted(cancelled, receipts.length + 1, [0]);
      await assertSeen(bench, 0);
    },
  ],
  [
    "does nothing for nothing",
    async ({ provider }) => {
      assert.deepEqual(await provider.registerMany([]), []);
      assert.deepEqual(await provider.amendMany([]), []);
      assert.deepEqual(await provider.cancelMany([]), []);
    },
  ],
  [
    "does nothing under a signal that is aborted already",
    async (bench) => {
      const { provider, registration } = bench;
      const signal = AbortSignal.abort();
      const error = await failureOf(provider, () => provider.register(registration, { signal }));
      assert.deepEqual([error.code, error.outcome], ["aborted", "not_applied"]);
      const outcomes = await provider.registerMany(manyOf(registration, 3), { signal });
      assertAccounted(outcomes, 3, [0, 1, 2], "aborted");
      await assertSeen(bench, 0);
    },
  ],
  [
    "refuses options that it does not know, and values that are none",
    async (bench) => {
      const { provider, registration } = bench;
      const wrong = [{ att: new Date() }, { at: "yesterday" }, { at: new Date(Number.NaN) }, { signal: 7 }];
      for (const options of [...wrong, { retries: -1 }]) {
        const error = await failureOf(provider, () => provider.register(registration, options as never));
        assert.equal(error.code, "invalid_input");
        assert.match(error.field ?? "", /^options/);
      }
      await assertSeen(bench, 0);
    },
  ],
  [
    "refuses registrations and receipts that are none, naming the field",
    async (bench) => {
      const { provider, registration } = bench;
      const receipt = await provider.register(registration);
      const validTo = null;
      const calls: [RegExp, () => Promise<unknown>][] = [
        [/^registration$/, () => provider.register(undefined as never)],
        [/^registration\.plate/, () => provider.register({ ...registration, plate: "ABC" as never })],
        [/^registration\.validTo$/, () => provider.register({ ...registration, validTo: new Date(0) })],
        [/^registration$/, () => provider.register({ ...registration, extra: 1 } as never)],
        [/^receipt\.providerId$/, () => provider.cancel({ ...receipt, providerId: "another" })],
        [/^receipt\.v$/, () => provider.amend({ ...receipt, v: 2 as never }, { validTo })],
        [/^validTo$/, () => provider.amend(receipt, { validTo: registration.validFrom })],
        [/^validTo$/, () => provider.amend(receipt, {} as never)],
      ];
      for (const [field, call] of calls) {
        const error = await failureOf(provider, call);
        assert.equal(error.code, "invalid_input");
        assert.match(error.field ?? "", field);
      }
      await assertSeen(bench, 1);
    },
  ],
  [
    "shows no secret and no plate when it, a receipt's failure or another failure is printed",
    async ({ provider, registration, secrets = [] }) => {
      await provider.register(registration);
      const failures = [
        await failureOf(provider, () => provider.register({ ...registration, validTo: new Date(0) })),
        await failureOf(provider, () => provider.cancel({ ...registration } as never)),
        await failureOf(provider, () => provider.register(registration, { signal: AbortSignal.abort() })),
      ];
      const printed = (value: unknown) =>
        `${inspect(value, { depth: 10, showHidden: true })} ${JSON.stringify(value)}`;
      const said = [provider, ...failures].map(printed).join(" ");
      for (const [index, secret] of secrets.entries()) {
        // Not assert.match: its failure would print the secret.
        assert.ok(!said.includes(secret), `secrets[${index}] is printed`);
      }
      assert.ok(!said.includes(registration.plate.number), "the plate is printed");
    },
  ],
  [
    "finds what it registered, where it can read back",
    async ({ provider, registration }) => {
      if (provider.find === undefined) return;
      const receipt = await provider.register(registration);
      const { plate } = registration;
      const found = await provider.find({ plate, target: receipt.target });
      assert.ok(
        found.some(({ reference }) => reference === receipt.reference),
        "find must show the right under its reference",
      );
      const stranger = { ...plate, ...parsePlate("N0B0DY") };
      assert.deepEqual(await provider.find({ plate: stranger, target: receipt.target }), []);
    },
  ],
  [
    "lists at a target what it registered there, where it can list",
    async ({ provider, registration }) => {
      if (provider.listRegistrations === undefined) return;
      const { target } = registration;
      assert.deepEqual(await listAll(provider, target), { listed: [], end: "complete" });
      const receipts = await registerAll(provider, manyOf(registration, 3));
      const shown = await listAll(provider, target);
      assert.equal(shown.end, "complete", "three rights must be all there are");
      assert.deepEqual(
        shown.listed.map(({ reference }) => reference).sort(),
        receipts.map(({ reference }) => reference).sort(),
        "the list must name each right by the reference of its receipt, and nothing else",
      );
      for (const { plate, validFrom, validTo } of shown.listed) {
        assert.equal(plate?.number, registration.plate.number);
        assert.deepEqual([validFrom, validTo], [registration.validFrom, endOf(registration)]);
      }
      await provider.cancel(receipts[0] as Receipt, { at: registration.validFrom });
      const left = (await listAll(provider, target)).listed;
      assert.ok(
        !left.some(({ reference }) => reference === receipts[0]?.reference),
        "a cancelled right is listed",
      );
    },
  ],
];

async function registerAll(provider: PushProvider, registrations: Registration[]): Promise<Receipt[]> {
  const outcomes = await provider.registerMany(registrations);
  assertAccounted(outcomes, registrations.length, []);
  return outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
}

/** All pages of a list, and what it says at its end. */
async function listAll(provider: PushProvider, target: string) {
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

function endOf({ validTo }: Registration): Date {
  assert.ok(validTo, "the registration under test must have an end");
  return validTo;
}

function middleOf(registration: Registration): Date {
  const { validFrom } = registration;
  return new Date((validFrom.getTime() + endOf(registration).getTime()) / 2);
}

function toStored({ plate, validFrom, validTo, generation = 0, ...names }: Registration): unknown {
  const { number, region } = plate;
  return {
    ...names,
    plate: region === undefined ? { number } : { number, region },
    validFrom: validFrom.toISOString(),
    validTo: validTo?.toISOString() ?? null,
    generation,
  };
}

/** A receipt as it comes back from where a host stored it. */
function restored(receipt: Receipt): Receipt {
  return JSON.parse(JSON.stringify(receipt));
}

function manyOf(registration: Registration, count: number): Registration[] {
  return Array.from({ length: count }, (_, index) => ({
    ...registration,
    permitId: `${registration.permitId}-${index}`,
  }));
}

/** How many rights for the plate an officer sees at the target; by default in the middle of the registration. */
async function assertSeen(
  { findRights, registration }: ProviderUnderTest,
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

function assertAccounted(
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
async function failureOf(provider: PushProvider, call: () => Promise<unknown>): Promise<EnforcementError> {
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

import assert from "node:assert/strict";
import { inspect } from "node:util";
import { DAY_MS } from "../core/instant.ts";
import type { Registration } from "../core/registration/registration.ts";
import {
  assertAccounted,
  assertSeen,
  endOf,
  failureOf,
  manyOf,
  middleOf,
  type NamedConformanceTest,
  startOf,
} from "./conformance-checks.ts";

/** Before the start of every registration. */
const EPOCH = new Date(0).toISOString();

/** How every push provider takes its calls: many at once, none, broken off, unreadable. */
export const CALLS: readonly NamedConformanceTest[] = [
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
      const wrong = [{ att: new Date(0) }, { at: "yesterday" }, { at: new Date(Number.NaN) }, { signal: 7 }];
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
        [/^registration\.validTo$/, () => provider.register({ ...registration, validTo: EPOCH })],
        [/^registration$/, () => provider.register({ ...registration, extra: 1 } as never)],
        [/^receipt\.providerId$/, () => provider.cancel({ ...receipt, providerId: "another" })],
        [/^receipt\.v$/, () => provider.amend({ ...receipt, v: 2 as never }, { validTo })],
        [/^validTo$/, () => provider.amend(receipt, { validTo: startOf(registration) })],
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
        await failureOf(provider, () => provider.register({ ...registration, validTo: EPOCH })),
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
];

import assert from "node:assert/strict";
import { DAY_MS } from "../core/instant.ts";
import { parsePlate } from "../core/permit/plate.ts";
import { referenceOf } from "../core/registration/identity.ts";
import type { Receipt, Registration } from "../core/registration/registration.ts";
import { CALLS } from "./conformance-calls.ts";
import {
  assertSeen,
  endOf,
  listAll,
  manyOf,
  middleOf,
  type NamedConformanceTest,
  registerAll,
  restored,
  startOf,
} from "./conformance-checks.ts";

/** What every push provider passes, by name. Each gets a provider and an empty vendor of its own. */
export const CONFORMANCE_TESTS: readonly NamedConformanceTest[] = [
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
      assert.equal(coveredUntil, registration.validTo);
      assert.deepEqual(receipt.registration, registration);
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
      const { plate, generation } = registration;
      const others: Partial<Registration>[] = [
        {},
        { permitId: `${registration.permitId}-other` },
        { plate: { ...plate, number: "CONF0RM" } },
        { validFrom: new Date(startOf(registration).getTime() + 60_000).toISOString() },
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
      const startsAt = new Date(at.getTime() + DAY_MS);
      const validFrom = startsAt.toISOString();
      const future = await provider.register({ ...registration, validFrom, validTo: null }, { at });
      assert.equal(future.coveredUntil, new Date(startsAt.getTime() + ahead).toISOString());
    },
  ],
  [
    "cancels through a stored receipt, also twice",
    async (bench) => {
      const { provider, registration } = bench;
      const at = middleOf(registration);
      const receipt = await provider.register(registration, { at: startOf(registration) });
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
      const at = new Date(startOf(registration).getTime() - DAY_MS);
      const receipt = await provider.register(registration, { at });
      await provider.cancel(receipt, { at });
      await assertSeen(bench, 0, startOf(registration));
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
  ...CALLS,
  [
    "finds what it registered, where it can read back",
    async ({ provider, registration }) => {
      if (provider.find === undefined) return;
      const receipt = await provider.register(registration);
      const plate = { raw: registration.plate.number, ...registration.plate };
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
        assert.deepEqual([validFrom, validTo], [startOf(registration), endOf(registration)]);
      }
      await provider.cancel(receipts[0] as Receipt, { at: startOf(registration) });
      const left = (await listAll(provider, target)).listed;
      assert.ok(
        !left.some(({ reference }) => reference === receipts[0]?.reference),
        "a cancelled right is listed",
      );
    },
  ],
];

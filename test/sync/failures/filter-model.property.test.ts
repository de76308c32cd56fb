import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SyncFailure } from "../../../src/sync/failures/failure.ts";
import type { FailureFilter } from "../../../src/sync/failures/failure-filter.ts";
import { listAll } from "../list-all.ts";
import { permit, type ScriptedSync, START, scriptedSync } from "../scripted-sync.ts";
import { refuseByPlate } from "./refused-permits.ts";

const PROVIDERS = ["alpha", "beta"];
const CODES = ["rejected", "invalid_input", "unsupported", "timeout"] as const;
const MINUTES = 8;

interface Issued {
  readonly plate: string;
  readonly companyId: string;
  readonly minute: number;
}

interface Chosen {
  readonly providerId: string | undefined;
  readonly companyId: string | undefined;
  readonly code: (typeof CODES)[number] | undefined;
  /** The positions of listed failures whose instants are the bounds. */
  readonly since: number | undefined;
  readonly until: number | undefined;
  readonly isText: boolean;
}

const issued: fc.Arbitrary<Issued[]> = fc.array(
  fc.record({
    plate: fc.constantFrom("R", "I", "U", "A"),
    companyId: fc.constantFrom("c", "d"),
    minute: fc.integer({ min: 0, max: MINUTES }),
  }),
  { minLength: 1, maxLength: 12 },
);

const option = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });

const chosen: fc.Arbitrary<Chosen> = fc.record({
  providerId: option(fc.constantFrom(...PROVIDERS, "gamma")),
  companyId: option(fc.constantFrom("c", "d", "nowhere")),
  code: option(fc.constantFrom(...CODES)),
  since: option(fc.nat(20)),
  until: option(fc.nat(20)),
  isText: fc.boolean(),
});

/** The filter as a host writes it, and what it selects of a list by the words of its documentation. */
function toFilter(
  { providerId, companyId, code, since, until, isText }: Chosen,
  listed: readonly SyncFailure[],
): { filter: FailureFilter; selects: (failure: SyncFailure) => boolean } {
  const instant = (position: number | undefined) =>
    position === undefined ? undefined : listed[position % Math.max(1, listed.length)]?.failedAt;
  const [first, second] = [instant(since), instant(until)];
  // An empty range is refused.
  const end = first !== undefined && second !== undefined && second <= first ? undefined : second;
  const write = (date: Date) => (isText ? date.toISOString() : date);
  const filter = {
    ...(providerId === undefined ? {} : { providerId }),
    ...(companyId === undefined ? {} : { companyId }),
    ...(code === undefined ? {} : { code }),
    ...(first === undefined ? {} : { since: write(first) }),
    ...(end === undefined ? {} : { until: write(end) }),
  };
  return {
    filter: Object.keys(filter).length === 0 ? { all: true } : filter,
    selects: (failure) =>
      (providerId === undefined || failure.providerId === providerId) &&
      (companyId === undefined || failure.companyId === companyId) &&
      (code === undefined || failure.code === code) &&
      (first === undefined || failure.failedAt >= first) &&
      (end === undefined || failure.failedAt < end),
  };
}

async function livedThrough(permits: readonly Issued[]): Promise<ScriptedSync> {
  const scripted = scriptedSync(PROVIDERS, { batchSize: 1 });
  const { sync, vendor, now, pass, until } = scripted;
  for (const id of PROVIDERS) vendor(id).answer = refuseByPlate;
  await sync.start();
  const ordered = [...permits].sort((one, other) => one.minute - other.minute);
  for (const [index, { plate, companyId, minute }] of ordered.entries()) {
    await pass(Math.max(0, START + minute * 60_000 - now()));
    const locationIds = [`${companyId}-lot`];
    await until(sync.issue(permit(`${plate}${index}`, { companyId, locationIds })));
  }
  await until(sync.idle());
  await until(sync.stop());
  return scripted;
}

const keysOf = (failures: readonly { readonly key: string }[]) => failures.map(({ key }) => key).sort();

describe("a filter of refused operations", () => {
  it("selects what a plain look through the list selects; a dry run changes nothing, and the rest stays", async () => {
    await fc.assert(
      fc.asyncProperty(issued, chosen, chosen, async (permits, retried, dismissed) => {
        const { sync, ledger, vendor, until } = await livedThrough(permits);
        const before = await listAll(sync.failures());
        const retry = toFilter(retried, before);
        const meant = before.filter(retry.selects);

        const dry = await until(sync.retry(retry.filter, { dryRun: true }));
        expect(dry).toEqual({
          ...{ dryRun: true, matched: meant.length, done: 0, gone: 0, conflicts: 0 },
          items: meant.map(({ key }) => ({ key, status: "matched" })),
        });
        expect(await listAll(sync.failures())).toEqual(before);
        const at = { now: new Date(START + 86_400_000), providerIds: PROVIDERS };
        const due = (await ledger.count(at.providerIds, at.now)).get("alpha")?.pending;
        expect(due).toBe(0);

        const report = await until(sync.retry(retry.filter));
        expect(report).toMatchObject({
          ...{ dryRun: false, matched: meant.length, done: meant.length, gone: 0, conflicts: 0 },
        });
        expect(keysOf(report.items)).toEqual(keysOf(meant));
        expect(report.items.every(({ status }) => status === "done")).toBe(true);
        const left = before.filter((failure) => !retry.selects(failure));
        expect(await listAll(sync.failures())).toEqual(left);

        const dismiss = toFilter(dismissed, before);
        const givenUp = left.filter(dismiss.selects);
        const second = await until(sync.dismiss(dismiss.filter));
        expect(second).toMatchObject({ matched: givenUp.length, done: givenUp.length });
        expect(await listAll(sync.failures())).toEqual(left.filter((one) => !dismiss.selects(one)));

        // Of all that, only what was retried is sent again.
        const sentBefore = PROVIDERS.map((id) => vendor(id).requests.length);
        for (const id of PROVIDERS) vendor(id).answer = () => undefined;
        await sync.start();
        await until(sync.idle());
        await until(sync.stop());
        for (const [index, id] of PROVIDERS.entries()) {
          const again = meant.filter(({ providerId }) => providerId === id).length;
          expect(vendor(id).requests.length - (sentBefore[index] ?? 0)).toBe(again);
        }
      }),
      { numRuns: 60 },
    );
  });
});

import fc from "fast-check";
import { expect, it } from "vitest";
import type { Directory } from "../../../src/core/directory/directory.ts";
import { createPermitLookupHandler, type FindPermits } from "../../../src/lookup/handler.ts";
import { createT2FlexProvider } from "../../../src/vendors/t2-flex/provider.ts";
import { probeDialect } from "../probe-dialect.ts";
import { answerNaively, type NaiveAnswer, type Question, type World } from "./naive-lookup.ts";
import { permitOf, questions, worlds } from "./random-world.ts";

interface ProbeAnswer {
  readonly status?: string;
  readonly reason?: string;
  readonly matches?: ReadonlyArray<{
    permitId: string;
    companyId: string;
    locationId: string;
    number: string;
    region: string | null;
  }>;
}

/** Ways in which a source may return its permits; all of them return too many. */
const sources: Array<(world: World) => FindPermits> = [
  ({ permits }) =>
    () =>
      permits,
  ({ permits }) =>
    async () =>
      new Set(permits),
  ({ permits }) =>
    async function* () {
      yield* permits;
    },
  ({ permits }) =>
    ({ companyId, plateNumbers }) =>
      permits.filter(
        (permit) =>
          permit.companyId === companyId && permit.plates.some(({ number }) => plateNumbers.includes(number)),
      ),
];

async function answer(
  world: World,
  question: Question,
  findPermits: FindPermits,
): Promise<{ body: ProbeAnswer; reason: string; status: string }> {
  const { companyId, allowed, number, region, place, at, graceMs, ocr } = question;
  const directory: Directory = {
    getCompany: (id) => world.companies.find((company) => company.id === id),
    // A careless directory, too: it returns the locations of all companies.
    listLocations: () => world.locations,
  };
  let told = { reason: "", status: "" };
  const handler = createPermitLookupHandler({
    provider: createT2FlexProvider({ dialect: probeDialect }),
    authorize: {
      authorize: () => ({
        id: "asker",
        companyId,
        hashes: [],
        ...(allowed === undefined ? {} : { locationIds: allowed }),
      }),
    },
    directory,
    findPermits,
    graceMinutes: graceMs / 60_000,
    plateMatching: ocr ? "ocr" : "exact",
    clock: () => at,
    onAnswer: ({ reason, status }) => {
      told = { reason, status };
    },
  });
  const reply = await handler.answer({
    method: "POST",
    path: "/",
    query: "",
    header: (name) => (name === "content-type" ? "application/json" : undefined),
    body: JSON.stringify({ plate: number, region, place }),
  });
  return { body: JSON.parse(reply.body), ...told };
}

function byPermit(matches: ProbeAnswer["matches"] = []): NaiveAnswer["permits"] {
  const permits: NaiveAnswer["permits"] = [];
  for (const { permitId, locationId, number, region } of matches) {
    const right = `${locationId} ${number} ${region}`;
    const last = permits.at(-1);
    if (last?.id === permitId) last.rights.push(right);
    else permits.push({ id: permitId, rights: [right] });
  }
  return permits.map(({ id, rights }) => ({ id, rights: rights.sort() }));
}

it("answers like the naive oracle", async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      worlds,
      questions,
      fc.nat({ max: sources.length - 1 }),
      async (world, question, which) => {
        const expected = answerNaively(world, question);
        const { body, reason, status } = await answer(world, question, sources[which]?.(world) ?? (() => []));
        seen.set(reason, (seen.get(reason) ?? 0) + 1);
        // A source that filters by plate hides newer revisions that lost the plate; then only the oracle knows of them.
        fc.pre(which !== 3 || !hasLostPlates(world));
        expect({ status, reason, permits: byPermit(body.matches) }).toEqual(expected);
      },
    ),
    { numRuns: 5_000 },
  );
  // The property is only as good as the cases that it reaches.
  for (const reason of [
    ...[
      "match",
      "match_region_unknown",
      "match_ocr",
      "match_grace",
      "no_permit",
      "region_differs",
      "not_yet_valid",
    ],
    ...["expired", "other_location", "switched_off", "unknown_place", "unknown_company"],
    "unknown_locations",
  ]) {
    expect(seen.get(reason) ?? 0, reason).toBeGreaterThan(10);
  }
});

it("never shows one company another's permit, whatever the source returns", {
  timeout: 300_000,
}, async () => {
  const anything = fc.array(
    fc.oneof(
      { arbitrary: permitOf(fc.constantFrom("one", "two", "three")), weight: 6 },
      { arbitrary: fc.anything(), weight: 1 },
    ),
    { minLength: 2, maxLength: 14, size: "max" },
  );
  let shown = 0;
  await fc.assert(
    fc.asyncProperty(worlds, questions, anything, async (world, question, found) => {
      const asked = { ...question, companyId: "one" };
      const { body } = await answer(world, asked, () => found as never);
      for (const match of body.matches ?? []) {
        const mayBe = found.some(
          (permit) =>
            (permit as World["permits"][number] | null)?.companyId === "one" &&
            (permit as World["permits"][number]).id === match.permitId,
        );
        expect([match.companyId, mayBe]).toEqual(["one", true]);
        shown += 1;
      }
    }),
    { numRuns: 3_000 },
  );
  expect(shown).toBeGreaterThan(100);
});

function hasLostPlates({ permits }: World): boolean {
  return permits.some((permit) =>
    permits.some(
      (other) =>
        other.companyId === permit.companyId &&
        other.id === permit.id &&
        other.revision > permit.revision &&
        permit.plates.some(({ number }) => !other.plates.some((plate) => plate.number === number)),
    ),
  );
}

import { describe, expect, it } from "vitest";
import { answerCode, NO_PERMIT } from "./answers.ts";
import { scheduleChanges } from "./day.ts";
import { judgeLag } from "./judge/judge-lag.ts";
import { judgeRights } from "./judge/judge-rights.ts";
import { Oracle } from "./judge/oracle.ts";
import { drawPlot } from "./report/plot.ts";
import { planCity } from "./sizes.ts";
import { rightKey, VendorRights } from "./vendors/rights.ts";
import { plateCode, plateCodeOf, plateText, targetNumber, targetText, World } from "./world.ts";

const plan = planCity(0.01, { seed: 7, now: Date.parse("2026-03-01T12:00:00Z") });
const world = new World(plan.sizes);

describe("the city", () => {
  it("has another plate and another target for each number, and reads them back", () => {
    const plates = Array.from({ length: 5_000 }, (_, index) => plateText(index * 799));
    expect(new Set(plates).size).toBe(5_000);
    expect(plates.map(plateCodeOf)).toEqual(plates.map((_, index) => plateCode(index * 799)));
    for (const vendor of ["passport", "hotspot"] as const) {
      expect(targetNumber(targetText(vendor, world.targetOf(3, 4, 2)))).toBe(world.targetOf(3, 4, 2));
    }
  });

  it("has the same day for the same seed, with a peak in the morning", () => {
    const peak = plan.phases.find(({ phase }) => phase === "peak");
    if (peak === undefined) throw new Error("There is no peak.");
    const one = scheduleChanges(plan, { ...peak, changes: 10_000 });
    expect(scheduleChanges(plan, { ...peak, changes: 10_000 })).toEqual(one);
    expect(one.length).toBeGreaterThan(9_000);
    expect(one.length).toBeLessThan(11_000);
    const third = (peak.seconds * 1_000) / 3;
    const inMiddle = one.filter(({ atMs }) => atMs > third && atMs < 2 * third).length;
    expect(inMiddle).toBeGreaterThan(one.length * 0.4);
  });
});

describe("the oracle", () => {
  it("accepts both answers while a change is on its way, and one before and after", () => {
    const oracle = new Oracle(world);
    const before = answerCode(3, world.initialState(3).endDay);
    const told = oracle.tell("revocation", 3, { phase: 0, now: 1_000 });
    expect(oracle.rightAnswers(3, 2_000, 2_010)).toEqual(new Set([before, NO_PERMIT]));
    told.returnedAt = 1_100;
    expect(oracle.rightAnswers(3, 900, 999)).toEqual(new Set([before]));
    expect(oracle.rightAnswers(3, 990, 1_000)).toEqual(new Set([before, NO_PERMIT]));
    expect(oracle.rightAnswers(3, 1_100, 1_200)).toEqual(new Set([before, NO_PERMIT]));
    expect(oracle.rightAnswers(3, 1_101, 1_200)).toEqual(new Set([NO_PERMIT]));
  });

  it("follows a permit to another plate, and issues a revoked one again", () => {
    const oracle = new Oracle(world);
    const moved = oracle.tell("plate", 5, { phase: 0, now: 100 });
    moved.returnedAt = 110;
    const revoked = oracle.tell("revocation", 5, { phase: 0, now: 200 });
    revoked.returnedAt = 210;
    const again = oracle.tell("renewal", 5, { phase: 0, now: 300 });
    again.returnedAt = 310;
    expect(again).toMatchObject({ kind: "new", state: { revision: 3, isRevoked: false } });
    const code = answerCode(5, world.initialState(5).endDay);
    expect(oracle.rightAnswers(5, 120, 130)).toEqual(new Set([NO_PERMIT]));
    expect(oracle.rightAnswers(moved.plate, 120, 130)).toEqual(new Set([code]));
    expect(oracle.rightAnswers(moved.plate, 220, 230)).toEqual(new Set([NO_PERMIT]));
    expect(oracle.rightAnswers(moved.plate, 320, 330)).toEqual(new Set([code]));
  });
});

describe("the judge", () => {
  /** The vendors as they are when every permit has been delivered. */
  function deliverAll(): VendorRights {
    const rights = new VendorRights();
    for (let permit = 0; permit < plan.sizes.permits; permit += 1) register(rights, permit, `R${permit}`);
    rights.startLog();
    return rights;
  }

  function register(rights: VendorRights, permit: number, reference: string): void {
    const { plate, endDay } = world.initialState(permit);
    const company = world.companyOf(permit);
    const target = world.targetOf(company, world.lotOf(permit), 0);
    rights.start({ reference, company, plate: plateCode(plate), target, end: world.endOf(endDay ?? 30) }, 40);
  }

  const none = { missing: 0, extra: 0, otherEnd: 0, twice: 0 };

  it("finds nothing where the vendors have what the permits should have", () => {
    expect(judgeRights(deliverAll().liveRights(), new Oracle(world), world)).toMatchObject({
      ...none,
      live: plan.sizes.permits,
    });
  });

  it("finds each right that is missing, extra, twice, or has another end", () => {
    const rights = deliverAll();
    rights.stop("R10", 0, 40);
    rights.change("R11", 1, 40);
    register(rights, 12, "another");
    rights.start({ reference: "stranger", company: 0, plate: 1, target: 1, end: 1 }, 40);
    const verdict = judgeRights(rights.liveRights(), new Oracle(world), world);
    expect(verdict).toMatchObject({ missing: 1, extra: 1, otherEnd: 1, twice: 1 });
    expect(rights.violations).toEqual(["A right is live 2 times."]);
  });

  it("measures the changes that arrived, and finds the right of one that never did", () => {
    const rights = deliverAll();
    const oracle = new Oracle(world);
    const now = Date.now() - 1_000;
    const [lost, delivered] = [20, 21].map((permit) => oracle.tell("renewal", permit, { phase: 1, now }));
    if (lost === undefined || delivered === undefined) throw new Error("Nothing was told.");
    for (const change of [lost, delivered]) change.returnedAt = now + 10;
    rights.change("R21", world.endOf(delivered.state.endDay ?? 0), 40);
    const { lags, needless } = judgeLag(rights.log(), oracle, world);
    expect(needless).toBe(1);
    expect(lags).toHaveLength(1);
    expect(lags[0]?.ms).toBeGreaterThanOrEqual(950);
    expect(judgeRights(rights.liveRights(), oracle, world)).toMatchObject({ ...none, otherEnd: 1 });
  });

  it("keeps plate and target apart in one number", () => {
    expect(rightKey(36 ** 6 - 1, 2 ** 21 - 1)).toBeLessThan(Number.MAX_SAFE_INTEGER);
  });
});

describe("a plot", () => {
  it("has every line, a legend, and breaks a line where there is nothing", () => {
    const points = [0, 1, 30, 31].map((second) => [second, 10] as const);
    const svg = drawPlot({
      title: "Lookups",
      lines: [{ name: "p50", colour: "a", isDashed: false, points }],
      bands: [{ name: "night", from: 0, to: 40 }],
      limitMs: 50,
    });
    expect(svg.match(/<path class="a" d="M[^"]*L[^"]*M[^"]*L/)).not.toBeNull();
    expect(svg).toContain(">p50<");
    expect(svg).toContain("promised p99: 50 ms");
    expect(svg).toContain("prefers-color-scheme: dark");
    expect(svg).not.toContain("NaN");
  });
});

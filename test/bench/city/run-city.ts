import { setTimeout as pause } from "node:timers/promises";
import { scheduleChanges } from "./day.ts";
import { judgeLag, type LagVerdict } from "./judge/judge-lag.ts";
import { judgeLookups, type LookupVerdict } from "./judge/judge-lookups.ts";
import { judgeRights, type RightsVerdict } from "./judge/judge-rights.ts";
import { Oracle } from "./judge/oracle.ts";
import { type CityLedger, type LedgerName, openLedger } from "./ledgers.ts";
import type { LookupLog } from "./processes/officers-process.ts";
import type { VendorsReport } from "./processes/vendors-process.ts";
import { Host } from "./run-changes.ts";
import { type CityPlan, PHASES, type PhasePlan } from "./sizes.ts";
import { Staff } from "./staff.ts";
import type { Usage } from "./usage.ts";
import { World } from "./world.ts";

/** Everything that a run over one ledger has shown. */
export interface CityResult {
  readonly ledger: LedgerName;
  readonly plan: CityPlan;
  readonly seconds: number;
  readonly fillSeconds: number;
  /** From the end of the outage until nothing was due any more. */
  readonly drainedSeconds: number;
  /** When the day began, by the machine's clock in milliseconds. */
  readonly startedAt: number;
  /** When each phase began, after that, in milliseconds. */
  readonly phaseStarts: readonly number[];
  readonly endedMs: number;
  readonly changes: number;
  readonly mappings: number;
  readonly lookups: LookupVerdict;
  readonly lookupLog: LookupLog;
  readonly lag: LagVerdict;
  readonly rights: RightsVerdict;
  readonly vendors: VendorsReport;
  /** Registrations, changes of their ends and cancellations that the vendors accepted during the day. */
  readonly delivered: number;
  /** Of these, the ones at Passport. */
  readonly deliveredToPassport: number;
  /** Statements and commits of the day, without those of lookups; null where they are not counted. */
  readonly statements: number | null;
  readonly commits: number | null;
  readonly usage: readonly Usage[];
  /** Operations that sync has given up, and replies of sync that the host did not expect. */
  readonly failures: readonly string[];
  readonly unexpected: readonly string[];
}

// The middle of the day: a third of its changes have been told.
const KILL_AT_SHARE = 0.33;
const KILLED_PLACE = 1;
const COUNTED_WITHIN_MS = 1_000;

/** Fills a city, lives through its day, and judges it. */
export async function runCity(
  name: LedgerName,
  plan: CityPlan,
  say: (line: string) => void,
): Promise<CityResult> {
  const begunAt = performance.now();
  const world = new World(plan.sizes);
  const oracle = new Oracle(world);
  const ledger = await openLedger(name);
  let staff: Staff | undefined;
  try {
    staff = await Staff.start(plan.sizes, ledger);
    await staff.startWriters();
    const fillSeconds = await fill(staff, plan.sizes.permits);
    say(`${name}: ${plan.sizes.permits} permits delivered in ${fillSeconds.toFixed(1)} s`);
    const day = await liveThroughDay({ plan, staff, oracle, ledger, say });
    const log = await staff.vendors.ask("log");
    const lookupLog = await staff.officers.ask("log");
    return {
      ledger: name,
      plan,
      fillSeconds,
      ...day,
      // A lookup is a statement of its own.
      commits: day.commits === null ? null : day.commits - lookupLog.answer.length,
      changes: oracle.changes.length,
      mappings: oracle.mappings.length,
      lookups: judgeLookups(lookupLog, oracle, day.startedAt),
      lookupLog,
      lag: judgeLag(log, oracle, world),
      rights: judgeRights(await staff.vendors.ask("liveRights"), oracle, world),
      vendors: await staff.vendors.ask("report"),
      delivered: log.at.length,
      deliveredToPassport: log.target.filter((target) => world.vendorOfTarget(target) === "passport").length,
      failures: await staff.anyWriter.ask("failures"),
      seconds: (performance.now() - begunAt) / 1_000,
    };
  } finally {
    await staff?.stop();
    await ledger.stop();
  }
}

async function fill(staff: Staff, permits: number): Promise<number> {
  const startedAt = performance.now();
  const shares = staff.writers.length;
  await Promise.all(
    staff.writers.map((writer, place) => {
      const from = Math.floor((permits * place) / shares);
      return writer?.ask("fill", { from, to: Math.floor((permits * (place + 1)) / shares) });
    }),
  );
  await staff.anyWriter.ask("idle");
  return (performance.now() - startedAt) / 1_000;
}

interface DayParts {
  readonly plan: CityPlan;
  readonly staff: Staff;
  readonly oracle: Oracle;
  readonly ledger: CityLedger;
  readonly say: (line: string) => void;
}

async function liveThroughDay({ plan, staff, oracle, ledger, say }: DayParts) {
  const host = new Host(oracle, {
    writers: staff.writers,
    onChange: (plates) => void staff.officers.ask("watch", plates).catch(() => {}),
  });
  const [statements, commits] = [staff.countStatements(), await ledger.countCommits()];
  await staff.vendors.ask("beginDay");
  const startedAt = Date.now();
  const phaseStarts: number[] = [];
  let replacing: Promise<void> | undefined;
  let drainedSeconds = Number.NaN;

  async function live(phasePlan: PhasePlan): Promise<void> {
    const { phase, seconds, lookupsPerSecond } = phasePlan;
    const index = PHASES.indexOf(phase);
    phaseStarts.push(Date.now() - startedAt);
    if (phase === "outage") await staff.vendors.ask("setOutage", true);
    if (phase === "drain") await staff.vendors.ask("setOutage", false);
    const ms = phase === "drain" ? Number.POSITIVE_INFINITY : seconds * 1_000;
    const asking = staff.officers.ask("ask", { phase: index, perSecond: lookupsPerSecond, ms });
    if (phase === "drain") {
      const outageEndedAt = performance.now();
      await staff.anyWriter.ask("idle");
      drainedSeconds = (performance.now() - outageEndedAt) / 1_000;
      await staff.officers.ask("rest");
    } else {
      await host.tellAll(scheduleChanges(plan, phasePlan), index, (share) => {
        const isTime = phase === "day" && share >= KILL_AT_SHARE;
        if (isTime && plan.kills && staff.writers.length > 1) {
          replacing ??= staff.killAndReplace(KILLED_PLACE, oracle);
        }
      });
    }
    await asking;
    say(`${ledger.name}: ${phase} over after ${((Date.now() - startedAt) / 1_000).toFixed(1)} s of the day`);
  }

  for (const phasePlan of plan.phases) await live(phasePlan);
  await replacing;
  await staff.anyWriter.ask("idle");
  // PostgreSQL and the processes report what they have counted a moment later.
  await pause(COUNTED_WITHIN_MS);
  const commitsAfter = await ledger.countCommits();
  // The judge collects a million rights and all logs after that: this is no memory of the day.
  const usage = staff.usage.entries();
  return {
    drainedSeconds,
    startedAt,
    phaseStarts,
    endedMs: Date.now() - startedAt,
    statements: commits === null ? null : staff.countStatements() - statements,
    commits: commits === null || commitsAfter === null ? null : commitsAfter - commits,
    unexpected: host.unexpected,
    usage,
  };
}

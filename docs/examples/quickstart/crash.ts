// Durable sync when its process is killed: three times with SIGKILL, in the middle of the deliveries. Nothing is lost, and
// nothing is there twice. The vendors' sandboxes live in this process, and go on as vendors do.
import { fork } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSandbox } from "@offstreet/enforcement/sandbox";
import { exampleNow } from "./clock.ts";
import { compareRights, expectation } from "./compare.ts";
import type { CrashReport, CrashTask } from "./crash-worker.ts";
import { company, vendors } from "./customer.ts";
import { heading, table } from "./screen.ts";

const KILLS = 3;

const sandbox = createSandbox({
  clock: () => exampleNow,
  passport: vendors.passport,
  hotspot: { spotIds: vendors.hotspot.spots.map(({ spotId }) => spotId) },
});
// Slow enough that there is a middle to be killed in.
for (const { faults } of [sandbox.passport, sandbox.hotspot]) {
  faults.add({ kind: "slow", delayMs: 40, times: Number.POSITIVE_INFINITY });
}
const server = await sandbox.listen();
const folder = mkdtempSync(join(tmpdir(), "enforcement-crash-"));
const ledger = join(folder, "permits.sqlite");
const { operatorId, clientId, clientSecret } = sandbox.passport;
const task = {
  ledger,
  passport: { operatorId, clientId, clientSecret, baseUrl: server.passportUrl },
  hotspot: { baseUrl: server.hotspotUrl, token: sandbox.hotspot.token },
};

const now = { at: exampleNow };
const countAtVendors = () =>
  sandbox.passport.findSessions(now).length + sandbox.hotspot.findPermits(now).length;
const expected = expectation.rights.passport.length + expectation.rights.hotspot.length;

/** Runs the host until it has delivered everything, or the vendors have so many rights: then it is killed. */
async function runHost(isFirst: boolean, killAt: number): Promise<"delivered" | NodeJS.Signals> {
  const child = fork(join(import.meta.dirname, "crash-worker.ts"));
  child.send({ ...task, isFirst } satisfies CrashTask);
  let isDelivered = false;
  let isDelivering = false;
  child.on("message", (report: CrashReport) => {
    isDelivering = true;
    if (report.type === "recorded") {
      const kilobytes = Math.round((statSync(ledger).size + statSync(`${ledger}-wal`).size) / 1_024);
      console.log(
        `  process ${child.pid} recorded ${report.permits} permits: they are on the disk now, ${kilobytes} KiB`,
      );
    }
    if (report.type === "pending") {
      console.log(`  process ${child.pid} finds in the ledger what is left: ${report.permits} deliveries`);
    }
    if (report.type === "delivered") isDelivered = true;
  });
  const watch = setInterval(() => {
    if (isDelivering && countAtVendors() >= killAt) child.kill("SIGKILL");
  }, 1);
  const signal = await new Promise<NodeJS.Signals | null>((resolve) =>
    child.once("exit", (_, signal) => resolve(signal)),
  );
  clearInterval(watch);
  if (signal === null && !isDelivered) throw new Error("The host ended without having delivered everything.");
  return signal ?? "delivered";
}

console.log(`${company.name}: ${expected} rights are to be live at Passport and HotSpot`);
let kills = 0;
for (let run = 0; run <= KILLS; run += 1) {
  const isLast = run === KILLS;
  heading(run === 0 ? "1. A host begins to deliver" : `${run + 1}. It is started again on the same ledger`);
  const before = countAtVendors();
  const killAt = isLast ? Number.POSITIVE_INFINITY : before + Math.ceil((expected - before) / 3);
  const end = await runHost(run === 0, killAt);
  if (end === "SIGKILL") kills += 1;
  const words = end === "delivered" ? "everything is delivered" : `killed with ${end}, in the middle of it`;
  console.log(`  ${words}: the vendors have ${countAtVendors()} rights, ${before} before`);
}

heading("What officers see, against what the CSV says");
const comparisons = compareRights({ sandbox });
table([
  ["", "expected", "seen", "differences"],
  ...comparisons.map(({ what, expected, seen, differences }) => [what, expected, seen, differences.length]),
]);
const differences = comparisons.flatMap(({ differences }) => differences);
for (const difference of differences.slice(0, 20)) console.log(`  ${difference}`);
// Sync sends a right up to a day before it begins, so that an outage of that length leaves no driver uncovered.
const early = sandbox.passport.sessions.size + sandbox.hotspot.permits.size - countAtVendors();
console.log(
  `\n${early} more rights are at the vendors already and begin within a day: officers do not see them yet`,
);
// An officer might not see that a right is there twice; the vendor's own count does.
const repeats = sandbox.passport.events.filter(({ effect }) => effect === "repeated").length;
const verdict = differences.length === 0 ? "nothing is lost, and nothing is there twice" : "that must not be";
console.log(`\n${differences.length} differences after ${kills} kills: ${verdict}`);
console.log(
  `${repeats} events reached Passport a second time, because the first answer died with its process; it told them apart`,
);
process.exitCode = differences.length === 0 && kills === KILLS ? 0 : 1;
await server.close();
rmSync(folder, { recursive: true });

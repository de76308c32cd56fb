import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { seededRandom } from "../../support/seeded-random.ts";
import { type ExpectedPermits, type HostWord, hear } from "../histories/host-permits.ts";
import type { ChildCall, ChildLedger, ChildSetup } from "./child-wire.ts";
import { type KillableChild, startChild } from "./killable-child.ts";
import { createHost, createVendors, judgeRest, PROVIDER_IDS } from "./run-kills.ts";
import { serveVendors } from "./vendor-server.ts";

const REST_WITHIN_MS = 60_000;

type PostgresChild = Extract<ChildLedger, { kind: "postgres" }>;

const MINUTE_MS = 60_000;
const STEP_EVERY_MS = 400;
// After the kills all of them live on for so long: seven steps or so.
const LIFE_MS = 3_000;

/** The clock of one machine is right, that of another ten minutes ahead or behind for ever, and that of the third steps. */
function wrongClocks(random: () => number): Pick<ChildSetup, "clock">[] {
  const wrongByMs = (random() < 0.5 ? -10 : 10) * MINUTE_MS;
  const seed = Math.floor(random() * 2 ** 31);
  return [
    {},
    { clock: { kind: "constant", wrongByMs } },
    { clock: { kind: "steps", seed, everyMs: STEP_EVERY_MS } },
  ];
}

/**
 * Three processes share one database. One after the other is killed and started again, so many times in all, while the
 * host speaks to whichever is there; then they come to rest. The clocks of two are wrong. Gives what went wrong.
 */
export async function runMachines(
  seed: number,
  { kills, ledger, script }: { kills: number; ledger: PostgresChild; script: URL },
): Promise<string[]> {
  const random = seededRandom(seed);
  const vendors = createVendors();
  const server = await serveVendors(vendors, { random });
  const setup: ChildSetup = { ledger, origin: server.origin, providerIds: PROVIDER_IDS };
  const setups = wrongClocks(random).map((clock) => ({ ...setup, ...clock }));
  const machines = await Promise.all(setups.map((each) => startChild(each, script)));
  const host = createHostOfMachines(machines, random);
  let killsLeft = kills;

  async function killAndRestart(place: number, own: ChildSetup): Promise<void> {
    while (killsLeft > 0) {
      killsLeft -= 1;
      await sleep(random() * random() * 400);
      await machines[place]?.kill();
      machines[place] = await startChild(own, script);
    }
  }

  try {
    const killing = Promise.all(setups.map((own, place) => killAndRestart(place, own))).then(() =>
      sleep(LIFE_MS),
    );
    let isOver = false;
    void killing.finally(() => {
      isOver = true;
    });
    while (!isOver) await host.speak();
    await killing;
    server.recover();
    if (!(await isAtRest(ledger))) host.violations.push("They never come to rest.");
    const rest = await judgeRest(
      { candidates: () => [host.permits()] },
      machines[0] as KillableChild,
      vendors,
    );
    return [...host.violations, ...rest, ...[...vendors.values()].flatMap((vendor) => vendor.violations)];
  } finally {
    await Promise.all(machines.map((machine) => machine.kill()));
    await server.close();
  }
}

/** A host that says of several permits at once something new, each to any machine, and again when that one is killed. */
function createHostOfMachines(machines: readonly KillableChild[], random: () => number) {
  const nextWords = createHost(random);
  const violations: string[] = [];
  let permits: ExpectedPermits = new Map();

  async function say(word: HostWord): Promise<{ told: unknown; attempts: number }> {
    const call: ChildCall =
      "spec" in word ? { call: word.kind, spec: word.spec } : { call: word.kind, permitId: word.permitId };
    for (let attempts = 1; ; attempts += 1) {
      const reply = await machines[Math.floor(random() * machines.length)]?.ask(call);
      if (reply === undefined) await sleep(20);
      else return { told: "value" in reply ? reply.value : reply.error, attempts };
    }
  }

  return {
    violations,
    permits: () => permits,
    async speak(): Promise<void> {
      const ofPermits = new Map(
        nextWords().map((word) => ["spec" in word ? word.spec.id : word.permitId, word] as const),
      );
      await Promise.all(
        [...ofPermits.values()].map(async (word) => {
          const { status } = hear(permits, word);
          const { told, attempts } = await say(word);
          // What a killed machine recorded is the same again for the next one.
          if (told !== status && !(attempts > 1 && told === "unchanged")) {
            violations.push(`The host was told ${told}, not ${status}.`);
          }
          permits = hear(permits, word).after;
        }),
      );
    },
  };
}

/** Waits until nothing is due or put off, and no machine holds a claim. */
async function isAtRest({ connection }: PostgresChild): Promise<boolean> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    const deadline = Date.now() + REST_WITHIN_MS;
    while (Date.now() < deadline) {
      const { rows } = await client.query(`
        SELECT (SELECT count(*) FROM offstreet_enforcement.due_marks)
             + (SELECT count(*) FROM offstreet_enforcement.deliveries
                 WHERE lease_until IS NOT NULL OR due_at <= now() OR due_since <= now()) AS open`);
      if (Number(rows[0]?.open) === 0) return true;
      await sleep(50);
    }
    return false;
  } finally {
    await client.end();
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import type { ProviderState } from "../../../src/sync/ledger/delivery.ts";
import type { StoredPermit } from "../../../src/sync/ledger/ledger.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { createFakeVendor, type FakeVendor, isLive } from "../histories/fake-vendor.ts";
import { createHostDirectory, LOCATIONS_OF } from "../histories/host-directory.ts";
import type { HostWord, PermitSpec } from "../histories/host-permits.ts";
import { createHostWords, type HostWords } from "../histories/host-words.ts";
import { isSameRight, wantedRights } from "../histories/wanted-rights.ts";
import type { ChildSetup } from "./child-wire.ts";
import { type KillableChild, startChild } from "./killable-child.ts";
import { serveVendors } from "./vendor-server.ts";
import type { WrongClock } from "./wrong-clock.ts";

const DAY_MS = 24 * 60 * 60_000;
const CLOCKS_MS = [5 * 60 * 60_000, 10 * 60_000, 30_000, -10 * 60_000, -5 * 60 * 60_000];
const STEP_EVERY_MS = 20;
export const PROVIDER_IDS = ["alpha", "beta"];

/** Kills the process so many times, then lets it become idle. Returns the violations. */
export async function runKills(
  seed: number,
  { kills, ledger, script }: { kills: number; ledger: ChildSetup["ledger"]; script: URL },
): Promise<string[]> {
  const random = seededRandom(seed);
  let clock: WrongClock | undefined;
  let clocks = 0;
  // A clock that steps may go back between any two decisions.
  const vendors = createVendors(() => (clock?.kind === "steps" ? ++clocks : clocks));
  const server = await serveVendors(vendors, { random });
  const words = createHostWords(() => {});
  const host = createHost(random);
  const violations: string[] = [];
  const setup = { ledger, origin: server.origin, providerIds: PROVIDER_IDS };
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      clock = pickClock(random);
      clocks += 1;
      const child = await startChild(clock === undefined ? setup : { ...setup, clock }, script);
      violations.push(...(await resolveWords(words, child)));
      let isKilled = false;
      const killing = sleep(random() * random() * 120).then(() => {
        isKilled = true;
        return child.kill();
      });
      while (!isKilled) violations.push(...(await say(words, child, host)));
      await killing;
    }
    server.recover();
    clock = undefined;
    clocks += 1;
    const child = await startChild(setup, script);
    violations.push(...(await resolveWords(words, child)));
    const idle = await Promise.race([child.ask({ call: "idle" }), sleep(300_000)]);
    if (idle === undefined || !("value" in idle)) violations.push("It never comes to rest.");
    else violations.push(...(await judgeRest(words, child, vendors)));
    await child.kill();
    return [...violations, ...[...vendors.values()].flatMap((vendor) => vendor.violations)];
  } finally {
    await server.close();
  }
}

/** The clock of one process: mostly right, else off from its start, or stepping while it runs. */
function pickClock(random: () => number): WrongClock | undefined {
  const chance = random();
  if (chance < 0.5) return undefined;
  if (chance < 0.75) return { kind: "steps", seed: Math.floor(random() * 2 ** 31), everyMs: STEP_EVERY_MS };
  return { kind: "constant", wrongByMs: CLOCKS_MS[Math.floor(random() * CLOCKS_MS.length)] ?? 0 };
}

/** Two vendors: one keeps our references, one has its own. */
export function createVendors(stepsBack: () => number = () => 0): Map<string, FakeVendor> {
  return new Map(
    PROVIDER_IDS.map((providerId) => [
      providerId,
      createFakeVendor({
        ...{ providerId, references: providerId === "beta" ? "own" : "ours" },
        ...{ latest: Date.now, mayShare: () => false, stepsBack },
      }),
    ]),
  );
}

async function resolveWords(words: HostWords, child: KillableChild): Promise<string[]> {
  return words.resolve(async (permitId) => {
    const reply = await child.ask({ call: "getPermit", permitId });
    if (reply === undefined || !("value" in reply)) throw new Error("The child does not show its ledger.");
    return (reply.value as StoredPermit | null) ?? undefined;
  });
}

/** A host that issues, changes and revokes a handful of permits, several at once. */
export function createHost(random: () => number): () => HostWord[] {
  const revisions = new Map<string, number>();
  const start = Date.now();
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  return () =>
    Array.from({ length: 1 + Math.floor(random() * 6) }, (): HostWord => {
      const id = `P-${Math.floor(random() * 12)}`;
      const revision = (revisions.get(id) ?? -1) + 1;
      if (revision > 0 && random() < 0.2) return { kind: "revoke", permitId: id };
      revisions.set(id, revision);
      const spec: PermitSpec = {
        ...{ id, companyId: "university", plates: [`QZX${Math.floor(random() * 4)}/CA-NB`] },
        locationIds: (LOCATIONS_OF["university"] ?? []).filter(() => random() < 0.6).concat("north"),
        ...{ from: start - DAY_MS, to: random() < 0.3 ? null : start + Math.ceil(random() * 30) * DAY_MS },
        revision,
      };
      return { kind: pick(["issue", "issue", "revise"]), spec };
    });
}

async function say(words: HostWords, child: KillableChild, host: () => HostWord[]): Promise<string[]> {
  const said = host();
  const statuses = words.begin(said, { together: false });
  const replies = await Promise.all(
    said.map(async (word, index) => {
      const reply = await child.ask(
        "spec" in word ? { call: word.kind, spec: word.spec } : { call: word.kind, permitId: word.permitId },
      );
      if (reply !== undefined) words.confirm(index);
      return reply;
    }),
  );
  if (replies.includes(undefined)) return [];
  words.finish();
  const told = replies.map((reply) => (reply !== undefined && "value" in reply ? reply.value : reply?.error));
  return told.join() === statuses.join() ? [] : [`The host was told ${told.join()}, not ${statuses.join()}.`];
}

/** What the vendors or the ledger hold that does not follow from the host's changes. */
export async function judgeRest(
  words: Pick<HostWords, "candidates">,
  child: KillableChild,
  vendors: ReadonlyMap<string, FakeVendor>,
): Promise<string[]> {
  const directory = createHostDirectory(PROVIDER_IDS);
  const now = Date.now();
  const problems: string[] = [];
  for (const [providerId, vendor] of vendors) {
    const permits = [...(words.candidates()[0]?.values() ?? [])];
    const wanted = permits.flatMap((permit) => wantedRights(permit, directory, providerId));
    const live = [...vendor.rights.values()].filter((right) => isLive(right, now));
    for (const want of wanted) {
      const found = live.filter((right) => isSameRight(want, right));
      const isEnd = want.to === null ? (found[0]?.end ?? 0) > now + 20 * DAY_MS : found[0]?.end === want.to;
      if (found.length !== 1 || !isEnd) problems.push(`${providerId}: ${JSON.stringify(want)} is not there.`);
    }
    for (const right of vendor.rights.values()) {
      if (right.cancelled && right.end > Math.max(Date.now(), right.from))
        problems.push(`${providerId}: ${JSON.stringify(right)} is cancelled at an instant ahead.`);
    }
    for (const right of live) {
      if (!wanted.some((want) => isSameRight(want, right))) {
        problems.push(`${providerId}: ${JSON.stringify(right)} is there, and no permit wants it.`);
      }
    }
    const reply = await child.ask({ call: "listDeliveries", providerId });
    const deliveries = reply !== undefined && "value" in reply ? (reply.value as ProviderState[]) : [];
    const receipts = deliveries.flatMap(({ rights }) => rights.flatMap(({ receipt }) => receipt ?? []));
    const acknowledged = receipts.map(({ reference }) => reference).sort();
    if (
      acknowledged.join() !==
      live
        .map(({ reference }) => reference)
        .sort()
        .join()
    ) {
      problems.push(`${providerId}: the ledger's receipts are not what the vendor has.`);
    }
  }
  return problems;
}

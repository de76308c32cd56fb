import { type LiveRights, rightKey } from "../vendors/rights.ts";
import { plateCode, type World } from "../world.ts";
import type { Oracle } from "./oracle.ts";

export interface RightsVerdict {
  readonly live: number;
  /** Rights that the vendors should have and do not. */
  readonly missing: number;
  /** Rights that the vendors have and should not. */
  readonly extra: number;
  /** Rights with another end than their permit's. */
  readonly otherEnd: number;
  /** Rights that are live more than once. */
  readonly twice: number;
  readonly examples: readonly string[];
}

const MAX_EXAMPLES = 10;

/** Compares the vendors' live rights with those that the permits should have, one by one. */
export function judgeRights(live: LiveRights, oracle: Oracle, world: World): RightsVerdict {
  const wanted = wantedRights(oracle, world);
  const [wantedOrder, liveOrder] = [orderOf(wanted.keys), orderOf(live.keys)];
  const counts = { missing: 0, extra: 0, otherEnd: 0, twice: 0 };
  const examples: string[] = [];
  function count(what: keyof typeof counts, key: number): void {
    counts[what] += 1;
    if (examples.length < MAX_EXAMPLES) examples.push(`${what}: ${describeKey(key, wanted, world)}`);
  }
  let [at, lastKey] = [0, Number.NaN];
  for (const index of liveOrder) {
    const key = live.keys[index] ?? Number.NaN;
    if (key === lastKey) {
      count("twice", key);
      continue;
    }
    lastKey = key;
    while (at < wantedOrder.length && keyAt(wanted, wantedOrder, at) < key) {
      count("missing", keyAt(wanted, wantedOrder, at));
      at += 1;
    }
    if (at === wantedOrder.length || keyAt(wanted, wantedOrder, at) > key) {
      count("extra", key);
      continue;
    }
    const end = wanted.ends[wantedOrder[at] ?? 0] ?? Number.NaN;
    // The end of a right without one is some days ahead: its own business.
    if (!Number.isNaN(end) && end !== live.ends[index]) count("otherEnd", key);
    at += 1;
  }
  for (; at < wantedOrder.length; at += 1) count("missing", keyAt(wanted, wantedOrder, at));
  return { live: live.keys.length, ...counts, examples };
}

/** NaN as the end of a right whose permit has none. */
interface WantedRights extends LiveRights {
  readonly permits: Float64Array;
}

function wantedRights(oracle: Oracle, world: World): WantedRights {
  const keys = new Float64Array(oracle.permits);
  const ends = new Float64Array(oracle.permits);
  const permits = new Float64Array(oracle.permits);
  let count = 0;
  for (let permit = 0; permit < oracle.permits; permit += 1) {
    const { plate, endDay, isRevoked } = oracle.stateOf(permit);
    if (isRevoked) continue;
    const [company, lot] = [world.companyOf(permit), world.lotOf(permit)];
    const target = world.targetOf(company, lot, oracle.versionOf(company, lot));
    keys[count] = rightKey(plateCode(plate), target);
    ends[count] = endDay === null ? Number.NaN : world.endOf(endDay);
    permits[count] = permit;
    count += 1;
  }
  return {
    keys: keys.subarray(0, count),
    ends: ends.subarray(0, count),
    permits: permits.subarray(0, count),
  };
}

function orderOf(keys: Float64Array): Uint32Array {
  const order = Uint32Array.from(keys, (_, index) => index);
  return order.sort((one, other) => (keys[one] ?? 0) - (keys[other] ?? 0));
}

function keyAt({ keys }: LiveRights, order: Uint32Array, at: number): number {
  return keys[order[at] ?? 0] ?? Number.NaN;
}

function describeKey(key: number, wanted: WantedRights, world: World): string {
  const permit = wanted.permits[wanted.keys.indexOf(key)];
  if (permit === undefined) return `right ${key}`;
  const company = world.companyOf(permit);
  return `permit ${permit} of ${world.vendorOf(company)}-${company}`;
}

import { PHASES } from "../sizes.ts";
import { EVENT, type EventLog } from "../vendors/rights.ts";
import { plateCode, type VendorName, type World } from "../world.ts";
import type { Oracle, ToldChange, ToldMapping } from "./oracle.ts";

/** How long a change took until the vendor had accepted it. */
export interface Lag {
  readonly phase: (typeof PHASES)[number];
  readonly vendor: VendorName;
  readonly company: number;
  readonly isMapping: boolean;
  /** When the host's call had returned, by the machine's clock in milliseconds. */
  readonly from: number;
  /** From then until the vendor had accepted it, less the time that the vendor itself took. */
  readonly ms: number;
}

export interface LagVerdict {
  readonly lags: readonly Lag[];
  /** Changes that a later change of the same permit made needless before they were sent. */
  readonly overtaken: number;
  /**
   * Changes that left the vendor as it was: a permit that was revoked before the vendor had heard of it, or revoked and
   * issued again before the cancellation was sent. Whether the rights at the end are the right ones, `judgeRights`
   * says.
   */
  readonly needless: number;
}

/** An event at the vendors, of one plate or one target. */
interface Event {
  readonly at: number;
  readonly tookMs: number;
  readonly kind: number;
  readonly plate: number;
  readonly end: number;
}

/** Finds the event at the vendor by which each change arrived. */
export function judgeLag(log: EventLog, oracle: Oracle, world: World): LagVerdict {
  const byPlate = groupEvents(log, log.plate);
  const byTarget = groupEvents(log, log.target);
  const lags: Lag[] = [];
  let [overtaken, needless] = [0, 0];
  for (const change of oracle.changes) {
    const event = findArrival(change, byPlate.get(plateCode(change.plate)) ?? [], world);
    const company = world.companyOf(change.state.permit);
    const vendor = world.vendorOf(company);
    if (event !== undefined) lags.push(lagOf(change, event, { vendor, company, isMapping: false }));
    else if (change.isOvertaken) overtaken += 1;
    else needless += 1;
  }
  const changeOfPlate = new Map(oracle.changes.map((change) => [plateCode(change.plate), change]));
  for (const mapping of oracle.mappings) {
    const { company, lot, version } = mapping;
    for (const event of byTarget.get(world.targetOf(company, lot, version)) ?? []) {
      // What was told of the permit itself at that time is a change of its own.
      const told = changeOfPlate.get(event.plate);
      const isOwn = told !== undefined && told.returnedAt > mapping.calledAt;
      if (event.kind !== EVENT.start || isOwn) continue;
      lags.push(lagOf(mapping, event, { vendor: world.vendorOf(company), company, isMapping: true }));
    }
  }
  return { lags, overtaken, needless };
}

function findArrival(change: ToldChange, events: readonly Event[], world: World): Event | undefined {
  const { kind, state, calledAt } = change;
  const later = events.filter(({ at }) => at >= calledAt);
  if (kind === "revocation") return later.find((event) => event.kind === EVENT.stop);
  if (kind !== "renewal") return later.find((event) => event.kind === EVENT.start);
  const end = world.endOf(state.endDay ?? 0);
  return later.find((event) => event.kind !== EVENT.stop && event.end === end);
}

function lagOf(
  { phase, returnedAt }: ToldChange | ToldMapping,
  { at, tookMs }: Event,
  about: Pick<Lag, "vendor" | "company" | "isMapping">,
): Lag {
  const ms = Math.max(0, at - returnedAt - tookMs);
  return { phase: PHASES[phase] ?? "night", ...about, from: returnedAt, ms };
}

function groupEvents(log: EventLog, by: Float64Array): Map<number, Event[]> {
  const groups = new Map<number, Event[]>();
  for (const [index, key] of by.entries()) {
    const event = {
      at: log.at[index] ?? 0,
      tookMs: log.tookMs[index] ?? 0,
      kind: log.kind[index] ?? 0,
      plate: log.plate[index] ?? 0,
      end: log.end[index] ?? 0,
    };
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [event]);
    else group.push(event);
  }
  return groups;
}

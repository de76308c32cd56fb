import type { Handheld } from "@offstreet/enforcement/sandbox";
import { exampleNow } from "./clock.ts";
import { company, locations, permitsCsv, vendors as vendorFiles } from "./customer.ts";
import { type Expectation, expect, type Right, strangers } from "./expectation.ts";
import type { BadRow } from "./read-permits.ts";
import type { Vendors } from "./vendors.ts";

/** One line of the final comparison. */
export interface Comparison {
  readonly what: string;
  readonly expected: number;
  readonly seen: number;
  /** In words, one for each difference. Empty when all is as it should be. */
  readonly differences: readonly string[];
}

const OPEN_ENDED_DAYS = 30;

/** What every officer ought to see, worked out from the CSV by a reader that knows nothing of the library. */
export const expectation: Expectation = expect(
  permitsCsv,
  { company, locations, zones: vendorFiles.passport.zones },
  exampleNow,
);

/** Compares what officers of the push vendors see with the expectation. */
export function compareRights({ sandbox }: Pick<Vendors, "sandbox">): Comparison[] {
  const passport = sandbox.passport.findSessions({ at: exampleNow }).map((session) => ({
    target: session.zoneId,
    plate: session.plate,
    region: `${session.country}-${session.state}`,
    from: session.startTime.toISOString(),
    to: session.endTime.toISOString(),
  }));
  const hotspot = sandbox.hotspot.findPermits({ at: exampleNow }).map((permit) => ({
    target: permit.spotId,
    plate: permit.plate,
    region: `${permit.country}-${permit.region}`,
    from: permit.startTime.toISOString(),
    to: permit.endTime.toISOString(),
  }));
  return [
    compareLists("passport: rights live now", expectation.rights.passport.map(toText), passport.map(toText)),
    compareLists("hotspot: rights live now", expectation.rights.hotspot.map(toText), hotspot.map(toText)),
  ];
}

/** Compares the rows that were refused. */
export function compareBadRows(badRows: readonly BadRow[]): Comparison {
  const line = ({ line }: { line: number }) => `line ${line}`;
  return compareLists("CSV: bad rows", expectation.badRows.map(line), badRows.map(line));
}

/** Asks a handheld about every plate that the CSV knows, at each place and anywhere. */
export async function compareLookups(
  host: string,
  handheld: Handheld,
  onAnswer: () => void,
): Promise<Comparison> {
  const differences: string[] = [];
  let seen = 0;
  await eachLimited(expectation.lookups, 16, async (question) => {
    const { plate, region, locationId, shown, best } = question;
    const answer = await handheld.lookup({
      plate,
      ...(region === null ? {} : { state: region.slice(3) }),
      ...(locationId === null ? {} : { locationId }),
    });
    onAnswer();
    if (answer.shows === "permit") seen += 1;
    const right = shown
      ? answer.shows === "permit" && best.includes(answer.session.permitId ?? "")
      : answer.shows === "none";
    if (!right)
      differences.push(
        `${plate} (${region ?? "no region"}) at ${locationId ?? "any place"}: ${answer.shows}`,
      );
  });
  return {
    what: `t2-flex: permits shown (${host})`,
    expected: expectation.lookups.filter(({ shown }) => shown).length,
    seen,
    differences,
  };
}

/** Asks a handheld about plates that are on no permit. */
export async function compareStrangers(host: string, handheld: Handheld, count: number): Promise<Comparison> {
  const differences: string[] = [];
  await eachLimited(strangers(count), 16, async (plate) => {
    const { shows } = await handheld.lookup({ plate });
    if (shows !== "none") differences.push(`${plate}: ${shows}`);
  });
  return {
    what: `t2-flex: strangers not shown (${host})`,
    expected: count,
    seen: count - differences.length,
    differences,
  };
}

function toText({ target, plate, region, from, to }: Right): string {
  // An open-ended right is sent with an end some way ahead.
  const end = to ?? new Date(exampleNow.getTime() + OPEN_ENDED_DAYS * 24 * 60 * 60_000).toISOString();
  return `${plate} (${region}) at ${target} from ${from} to ${end}`;
}

/** Compares two lists regardless of their order; an entry that is there twice must be there twice. */
function compareLists(what: string, expected: readonly string[], seen: readonly string[]): Comparison {
  const balance = new Map<string, number>();
  for (const entry of expected) balance.set(entry, (balance.get(entry) ?? 0) + 1);
  for (const entry of seen) balance.set(entry, (balance.get(entry) ?? 0) - 1);
  const differences = [...balance].flatMap(([entry, count]) => {
    if (count === 0) return [];
    return [`${count > 0 ? "missing" : "not expected"}: ${entry}`];
  });
  return { what, expected: expected.length, seen: seen.length, differences };
}

async function eachLimited<Item>(items: readonly Item[], limit: number, task: (item: Item) => Promise<void>) {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await task(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}

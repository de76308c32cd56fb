import type { SyncEvent } from "../../../src/sync/deliver/events.ts";
import type { SyncFailure } from "../../../src/sync/failures/failure.ts";
import type { ProviderState, RegistrationState } from "../../../src/sync/ledger/delivery.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { type FakeVendor, isLive, placeOf, type VendorRight } from "./fake-vendor.ts";
import { PLATES } from "./generate-history.ts";
import type { HistoryProcess } from "./history-process.ts";
import { type HistoryWorld, LEAD_TIME_MS, VENDORS } from "./history-world.ts";
import { COMPANY_IDS, LOCATIONS_OF } from "./host-directory.ts";
import { isStored } from "./host-words.ts";
import { isSameRight, toRight, type WantedRight, wantedRights } from "./wanted-rights.ts";

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** A refusal as hosts see it, with the reference of its right. */
type ListedFailure = SyncFailure & { readonly reference: string };

export interface CalmOptions {
  readonly sync: HistoryProcess["sync"];
  readonly ledger: Ledger;
  /** Providers that the sync has now. The others are not judged. */
  readonly providerIds: readonly string[];
  /** Whether every refusal was lifted and tried again: then only what a person dismissed may be missing. */
  readonly isHealed?: boolean;
  /** Whether every vendor was compared with the ledger, or every right was sent again: then no right is lost any more. */
  readonly isRepaired?: boolean;
}

/** What must be true when the vendors are well and the sync has nothing to do. Returns the violations. */
export async function judgeCalm(world: HistoryWorld, options: CalmOptions): Promise<string[]> {
  const { sync, ledger, providerIds, isHealed = false, isRepaired = false } = options;
  const problems: string[] = [];
  const failures: ListedFailure[] = [];
  for await (const failure of await sync.failures()) {
    failures.push({ ...failure, reference: failure.key.split("/").at(-1) ?? "" });
  }
  const isSteady = (await sync.status()).clock === null;
  for (const providerId of providerIds) {
    const vendor = world.vendors.get(providerId);
    if (vendor === undefined) continue;
    const deliveries = await readDeliveries(ledger, providerId);
    const own = failures.filter((failure) => failure.providerId === providerId);
    problems.push(
      ...judgeProvider(world, { vendor, deliveries, failures: own, isHealed, isRepaired, isSteady }),
    );
    problems.push(...(await judgeUnmapped(world, ledger, providerId)));
  }
  problems.push(...(await judgePermits(world, ledger)));
  const told = JSON.stringify([world.events, failures, await sync.status()]);
  if (told.includes("QZX")) problems.push("A plate is shown in an event, a failure or the status.");
  problems.push(...world.events.flatMap(judgeEvents));
  return problems;
}

/** An outage has one event when it begins and one when it ends. */
function judgeEvents(events: readonly SyncEvent[]): string[] {
  const down = new Set<string>();
  return events.flatMap((event) => {
    if (event.type !== "provider_down" && event.type !== "provider_up") return [];
    const isDown = event.type === "provider_down";
    if (down.has(event.providerId) === isDown) return [`${event.type} of ${event.providerId} is told twice.`];
    if (isDown) down.add(event.providerId);
    else down.delete(event.providerId);
    return [];
  });
}

async function readDeliveries(
  ledger: Ledger,
  providerId: string,
): Promise<ReadonlyMap<string, ProviderState>> {
  const deliveries = new Map<string, ProviderState>();
  for await (const target of ledger.listTargets(providerId)) {
    for await (const { permitId, delivery } of ledger.listAt(providerId, target))
      deliveries.set(permitId, delivery);
  }
  return deliveries;
}

interface CalmProvider {
  readonly vendor: FakeVendor;
  readonly deliveries: ReadonlyMap<string, ProviderState>;
  readonly failures: readonly ListedFailure[];
  readonly isHealed: boolean;
  readonly isRepaired: boolean;
  /** Whether the clock is trusted. */
  readonly isSteady: boolean;
}

function judgeProvider(world: HistoryWorld, state: CalmProvider): string[] {
  const { vendor, failures, isHealed } = state;
  const { providerId } = vendor;
  const now = world.time.now().getTime();
  const permits = world.words.candidates()[0] ?? new Map();
  const wanted = [...permits.values()].flatMap((permit) => wantedRights(permit, world.host, providerId));
  const current = wanted.filter(({ to }) => to === null || to > now);
  const due = current.filter(({ from }) => from - LEAD_TIME_MS <= now);
  const problems: string[] = [];
  const live = [...vendor.rights.values()].filter((right) => isLive(right, now));

  for (const want of due) {
    const found = live.filter((right) => isSameRight(want, right));
    // An earlier one may have been over for a day before the clock was set back, and is not known any more.
    const areKnown = !found.some(({ end }) => end + DAY_MS <= world.time.latest());
    if (found.length > 1 && areKnown) problems.push(`${show(want)} has ${found.length} live rights.`);
    const [right] = found;
    if (right !== undefined && isEnd(want, right, { providerId, now })) continue;
    if (right === undefined && isLostUnnoticed(want, vendor) && !isFound(want, { ...state, now })) continue;
    const excuse = findExcuse(want, state);
    const shown = right === undefined ? "missing" : `there until ${new Date(right.end).toISOString()}`;
    if (excuse === undefined) problems.push(`${show(want)} is ${shown}, and nothing says why.`);
    else if (vendor.keepsOne && right === undefined && isTakenForGood(want, { ...state, current, world }))
      continue;
    else if (isHealed && excuse.failure?.dismissed !== true && excuse.failure?.code !== "invalid_input") {
      problems.push(`${show(want)} is ${shown} still, after the refusal was lifted and tried again.`);
    }
  }

  for (const right of live) {
    // It may have been registered early by a clock that was ahead.
    if (current.some((want) => isSameRight(want, right))) continue;
    // Nothing is known any more of what was over for a day when the clock was set back.
    if (right.end + DAY_MS <= world.time.latest()) continue;
    if (failures.some(({ reference }) => reference === right.identity)) continue;
    if (world.judge.letBe.has(right.identity)) continue;
    const isHeld = due.some((want) => {
      if (want.permitId !== right.permitId) return false;
      if (want.locationId !== right.locationId && want.plateNumber !== right.plateNumber) return false;
      // What was refused after an attempt in doubt may be there; the old one stays until that is sure.
      const excuse = findExcuse(want, state);
      return excuse !== undefined && excuse.failure?.dismissed !== true;
    });
    if (!isHeld) problems.push(`${show({ ...right, to: right.end })} is live, and no permit wants it.`);
  }

  for (const { rights } of state.deliveries.values()) {
    for (const { gaveWay, receipt, intent, failure, registration } of rights) {
      if (gaveWay !== true || receipt !== null || intent !== null || failure !== null) continue;
      const place = placeOf(toRight(registration));
      // Its place is covered by a right that stays until what is to take that one's place is there, or by another permit's.
      if (rights.some((other) => other.receipt !== null && placeOf(toRight(other.registration)) === place))
        continue;
      // One that ran out was there within the hour after which the wanted one is sent again.
      const ranOutSince = now - HOUR_MS;
      if ([...vendor.rights.values()].some((right) => placeOf(right) === place && isLive(right, ranOutSince)))
        continue;
      problems.push(`${registration.permitId} at ${registration.locationId} made way, and stays away.`);
    }
  }
  for (const right of vendor.rights.values()) {
    const isOpen =
      right.cancelled && right.lost === undefined && right.end > Math.max(now + 1_000, right.from);
    // Nothing is known any more of what was erased, nor of what was over for a day when the clock was set back.
    const isKnown = !world.forgotten.has(right.permitId) && right.end + DAY_MS > world.time.latest();
    const isRefused = failures.some(({ reference }) => reference === right.identity);
    if (isOpen && isKnown && !isRefused)
      problems.push(`${show({ ...right, to: right.end })} is cancelled at an instant ahead.`);
  }

  for (const failure of failures) problems.push(...judgeFailure(failure, { ...state, wanted, live, now }));
  return problems.map((problem) => `Calm, ${providerId}: ${problem}`);
}

/**
 * Whether the vendor keeps another right there: one that is wanted too, whose refusal a person dismissed, or that waits for
 * one which is refused; or kept one that ended within the hour after which the registration is sent again.
 */
function isTakenForGood(
  want: WantedRight,
  {
    vendor,
    failures,
    current,
    world,
  }: CalmProvider & { current: readonly WantedRight[]; world: HistoryWorld },
): boolean {
  const now = world.time.now().getTime();
  return [...vendor.rights.values()].some((right) => {
    if (placeOf(right) !== placeOf(want) || right.cancelled || right.lost !== undefined) return false;
    if (!isLive(right, now)) return isLive(right, now - HOUR_MS);
    // It stays as long as its replacement is refused.
    if (failures.some(({ permitId }) => permitId === right.permitId && permitId !== want.permitId))
      return true;
    // Another one may have been registered early by a clock that was ahead.
    return current.some((other) => isSameRight(other, right)) || world.judge.letBe.has(right.identity);
  });
}

/**
 * Whether a repair must have found that the vendor lost a right. A list shows no right that has not begun; what ends soon
 * is not repaired; and another right may have its place by now.
 */
function isFound(
  { from, to }: WantedRight,
  { isRepaired, vendor, now }: Pick<CalmProvider, "isRepaired" | "vendor"> & { now: number },
): boolean {
  return isRepaired && !vendor.keepsOne && from <= now && (to === null || to > now + HOUR_MS);
}

/** Whether the vendor lost it without a reply that shows it: only a comparison of all rights, or its next change, finds that out. */
function isLostUnnoticed(want: WantedRight, vendor: FakeVendor): boolean {
  return [...vendor.rights.values()].some((right) => right.lost === "unnoticed" && isSameRight(want, right));
}

/** Whether the vendor knows the end that is wanted: far enough ahead where there is none. */
function isEnd(
  { to, from }: WantedRight,
  { end }: VendorRight,
  { providerId, now }: { providerId: string; now: number },
): boolean {
  if (to !== null) return end === to;
  const days = VENDORS[providerId as keyof typeof VENDORS].openEndedDays;
  return end - now >= (days * DAY_MS) / 3 - 1_000 && end <= Math.max(now, from) + days * DAY_MS;
}

/**
 * The refusal that keeps a right from being as it is wanted: of the right itself, or of another one that does not leave
 * its slot. It may have run out because its extension was refused, or be in doubt because its cancellation was.
 */
function findExcuse(want: WantedRight, state: CalmProvider): RegistrationState | undefined {
  const rights = state.deliveries.get(want.permitId)?.rights ?? [];
  const isOwn = ({ registration }: RegistrationState) => isSameRight(want, toRight(registration));
  return [...rights.filter(isOwn), ...rights].find(({ registration, reference, failure }) => {
    if (failure === null || placeOf(toRight(registration)) !== placeOf(want)) return false;
    // Unless a person dismissed it, it must be listed.
    return failure.dismissed === true || state.failures.some((listed) => listed.reference === reference);
  });
}

/** A listed refusal must be one that the vendor sent, in its words, about a right that matters now. */
function judgeFailure(
  failure: ListedFailure,
  state: Pick<CalmProvider, "vendor" | "deliveries" | "isSteady"> & {
    wanted: readonly WantedRight[];
    live: readonly VendorRight[];
    now: number;
  },
): string[] {
  const { reference, operation, permitId, locationId, target, vendorMessage, vendorCode, code } = failure;
  const { vendor, deliveries, wanted, live, now } = state;
  const shown = `the refused ${operation} of ${permitId} at ${locationId}→${target}`;
  const spoken = vendor.refusals.get(reference);
  const problems: string[] = [];
  const isOurs = code === "invalid_input" && spoken === undefined;
  if (!isOurs && (spoken?.vendorMessage !== vendorMessage || spoken?.vendorCode !== vendorCode)) {
    problems.push(`${shown} says "${vendorMessage}", the vendor said "${spoken?.vendorMessage}".`);
  }
  if (!isOurs && spoken?.operation !== operation)
    problems.push(`${shown} was a refused ${spoken?.operation}.`);
  // One that is over, or not due any more by the clock, may be listed until something makes it due.
  const isWanted = wanted.some(
    (want) => want.permitId === permitId && want.locationId === locationId && want.target === target,
  );
  // Sync cannot know that the vendor lost a right until a reply shows it.
  const right = [...vendor.rights.values()].find(
    (kept) => kept.identity === reference && (kept.lost === "unnoticed" || live.includes(kept)),
  );
  // After an attempt with an unknown outcome, the vendor may have the right that it refused later; sync asks until that is sure.
  const isUnsure = deliveries
    .get(permitId)
    // A right that was cancelled for another and cannot be restored leaves the driver uncovered: a person decides.
    ?.rights.some(
      (kept) =>
        kept.reference === reference && (kept.intent !== null || kept.gaveWay === true || mayLast(kept, now)),
    );
  // Nothing is over by a clock that leapt, so a cancellation may have been asked for and refused for nothing.
  const matters = isUnsure || (operation === "cancel" ? right !== undefined || !state.isSteady : isWanted);
  if (!matters) problems.push(`${shown} is listed although it does not matter any more.`);
  return problems;
}

/**
 * Whether the vendor may have a right still: until an end that got no answer, or, where that end is over, until the one that
 * was acknowledged before.
 */
function mayLast({ mayLastUntil, receipt }: RegistrationState, now: number): boolean {
  if (mayLastUntil === undefined) return false;
  return Math.max(Date.parse(mayLastUntil), Date.parse(receipt?.coveredUntil ?? mayLastUntil)) > now;
}

async function judgeUnmapped(world: HistoryWorld, ledger: Ledger, providerId: string): Promise<string[]> {
  const listed: string[] = [];
  for await (const { permitId, locationIds } of ledger.listUnmapped(providerId)) {
    listed.push(`${permitId}:${[...locationIds].sort().join("+")}`);
  }
  const now = world.time.now().getTime();
  const expected = [...(world.words.candidates()[0]?.values() ?? [])].flatMap(({ spec, state }) => {
    const { providers } = world.host.getCompany(spec.companyId);
    if (state !== "active" || providers[providerId]?.enabled !== true) return [];
    // What was never looked at again after its end may be listed still.
    if (spec.to !== null && spec.to <= now) return [];
    const places = new Map(world.host.listLocations(spec.companyId).map((place) => [place.id, place]));
    const without = spec.locationIds.filter((id) => {
      const place = places.get(id);
      const entry = place?.providers[providerId];
      return place === undefined || (entry?.enabled === true && entry.target === undefined);
    });
    return without.length === 0 ? [] : [`${spec.id}:${without.sort().join("+")}`];
  });
  const over = [...(world.words.candidates()[0]?.values() ?? [])].filter(
    ({ spec }) => spec.to !== null && spec.to <= now,
  );
  const current = listed.filter((line) => !over.some(({ spec }) => line.startsWith(`${spec.id}:`)));
  if (current.sort().join() === expected.sort().join()) return [];
  return [`Calm, ${providerId}: unmapped are ${listed.join()}, and should be ${expected.join()}.`];
}

/** The ledger holds the host's last change, and lookups are answered from it. */
async function judgePermits(world: HistoryWorld, ledger: Ledger): Promise<string[]> {
  const problems: string[] = [];
  const permits = world.words.candidates()[0] ?? new Map();
  for (const [id, permit] of permits) {
    if (!isStored(permit, await ledger.getPermit(id))) problems.push(`The ledger holds another ${id}.`);
  }
  for (const companyId of COMPANY_IDS) {
    for (const plate of PLATES) {
      const query = {
        ...{ companyId, plateNumbers: [plate], locationIds: LOCATIONS_OF[companyId] ?? [] },
        ...{ at: world.time.now(), signal: new AbortController().signal },
      };
      const found: string[] = [];
      for await (const { id } of await ledger.findPermits(query)) found.push(id);
      const expected = [...permits.values()]
        .filter(({ spec, state }) => state === "active" && spec.companyId === companyId)
        .filter(({ spec }) => spec.plates.some((text: string) => text.startsWith(plate)))
        .map(({ spec }) => spec.id);
      if (found.sort().join() !== expected.sort().join()) {
        problems.push(`The lookup finds ${found.join()} instead of ${expected.join()}.`);
      }
    }
  }
  return problems;
}

function show({ permitId, plateNumber, region, locationId, target, to }: WantedRight): string {
  const end = to === null ? "no end" : new Date(to).toISOString();
  return `${permitId} ${plateNumber}/${region ?? ""} ${locationId}→${target} (${end})`;
}

import type {
  OpenOperation,
  PermitExplanation,
  PermitExplanationEntry,
  RefusedOperation,
} from "../../../src/sync/explain/explanation.ts";
import { isLive, type VendorRight } from "./fake-vendor.ts";
import type { HistoryProcess } from "./history-process.ts";
import { type HistoryWorld, LEAD_TIME_MS } from "./history-world.ts";
import type { ExpectedPermit } from "./host-permits.ts";
import { type WantedRight, wantedRights } from "./wanted-rights.ts";

const DAY_MS = 24 * 60 * 60_000;

/**
 * Compares the explanation of every permit with what the vendors hold and the host has said, when the vendors are well and
 * the sync has nothing to do. Returns the violations.
 */
export async function judgeExplanations(
  world: HistoryWorld,
  { sync, providerIds }: { sync: HistoryProcess["sync"]; providerIds: readonly string[] },
): Promise<string[]> {
  const problems: string[] = [];
  for (const [permitId, permit] of world.words.candidates()[0] ?? []) {
    const explanation = await sync.explain(permitId);
    const found = [
      ...judgeState(explanation, permit),
      ...providerIds.flatMap((providerId) => judgeAtProvider(world, { explanation, permit, providerId })),
    ];
    problems.push(...found.map((problem) => `Calm, explanation of ${permitId}: ${problem}`));
  }
  return problems;
}

function judgeState(
  { state, revision }: PermitExplanation,
  { spec, state: expected }: ExpectedPermit,
): string[] {
  const isErased = state === "erased" || state === "erased_revoked";
  if (isErased) return [];
  if (state !== expected) return [`it is ${state}, and the host has left it ${expected}.`];
  return revision === spec.revision
    ? []
    : [`it has revision ${revision}, and the host's is ${spec.revision}.`];
}

function judgeAtProvider(
  world: HistoryWorld,
  {
    explanation,
    permit,
    providerId,
  }: { explanation: PermitExplanation; permit: ExpectedPermit; providerId: string },
): string[] {
  const vendor = world.vendors.get(providerId);
  if (vendor === undefined || explanation.state.startsWith("erased")) return [];
  const now = world.time.now().getTime();
  const entries = explanation.entries.filter((entry) => entry.providerId === providerId);
  const rights = [...vendor.rights.values()].filter(({ permitId }) => permitId === explanation.permitId);
  // Nothing is known any more of what was over for a day when the clock was set back.
  const known = rights.filter(({ end }) => end + DAY_MS > world.time.latest());
  const wanted = wantedRights(permit, world.host, providerId);
  const problems: string[] = [];

  for (const entry of entries) {
    if (entry.status === "on_its_way") problems.push(`nothing is due, and it says: ${entry.sentence}`);
    // What may have been carried out without an answer may have ended it.
    const isSure =
      entry.status === "acknowledged" && !(entry.change !== undefined && isInDoubt(entry.change));
    if (isSure && !rights.some((right) => isAcknowledged(entry, right, now)))
      problems.push(`the vendor has no such right: ${entry.sentence}`);
  }
  for (const right of known) {
    if (!isLive(right, now) || world.judge.letBe.has(right.identity)) continue;
    const told = entries.filter((one) => isAt(one, right) && one.target === right.target);
    const isTold = told.some(
      (entry) => entry.status === "acknowledged" || (entry.status === "not_sent" && "refusal" in entry),
    );
    if (!isTold)
      problems.push(
        `${show(right)} is live, and it says: ${told.map(({ sentence }) => sentence).join() || "nothing"}`,
      );
  }
  for (const want of wanted) {
    const entry = entries.find((one) => isAt(one, want));
    if (entry === undefined) problems.push(`it says nothing of ${show(want)}, which is wanted.`);
    else if (!isTrueOfWanted(entry, want, now))
      problems.push(`${show(want)} is wanted, and it says: ${entry.sentence}`);
  }
  for (const entry of entries) {
    const { reason } = entry as { reason?: string };
    const isPlain = entry.status === "not_sent" || entry.status === "withdrawn";
    if (!isPlain || "refusal" in entry || wanted.some((want) => isAt(entry, want))) continue;
    const expected = findReason(entry, { world, permit, providerId, now });
    if (reason !== expected) problems.push(`the reason is ${expected}, and it says: ${entry.sentence}`);
  }
  return problems;
}

function isInDoubt(change: OpenOperation | RefusedOperation): boolean {
  return "failedAt" in change ? change.mayBeDone === true : change.attempts > 0;
}

/** Whether the vendor's right is the acknowledged one: live for as long as it says, or lost without a reply that told. */
function isAcknowledged(
  entry: PermitExplanationEntry & { status: "acknowledged" },
  right: VendorRight,
  now: number,
): boolean {
  if (right.reference !== entry.reference && right.identity !== entry.reference) return false;
  if (right.lost === "unnoticed") return true;
  // Its end may have been changed at the vendor, where a comparison finds that.
  return isLive(right, now) && right.ends.includes(entry.coveredUntil.getTime());
}

function isTrueOfWanted(entry: PermitExplanationEntry, { from, to }: WantedRight, now: number): boolean {
  if (entry.status === "acknowledged") return true;
  if (entry.status !== "not_sent" && entry.status !== "withdrawn") return false;
  if ("refusal" in entry) return true;
  if (to !== null && to <= now) return entry.reason === "over";
  return entry.reason === "starts_later" && from - LEAD_TIME_MS > now;
}

/** Why a vendor has nothing of a plate at a location, by the host's words and directory alone. */
function findReason(
  { locationId, plate, providerId }: PermitExplanationEntry,
  { world, permit, now }: { world: HistoryWorld; permit: ExpectedPermit; providerId: string; now: number },
): string | undefined {
  const { spec, state } = permit;
  const locations = world.host.listLocations(spec.companyId);
  const location = locations.find(({ id }) => id === locationId);
  const isNamed =
    spec.locationIds.includes(locationId) &&
    spec.plates.some((text) => {
      const [number, written] = text.split("/");
      return number === plate.number && (written ?? location?.region) === plate.region;
    });
  if (!isNamed) return "superseded";
  if (state !== "active") return "revoked";
  if (spec.to !== null && spec.to <= now) return "over";
  if (world.host.getCompany(spec.companyId).providers[providerId]?.enabled !== true) return "company_off";
  if (location === undefined) return "location_unknown";
  const entry = location.providers[providerId];
  if (entry?.enabled !== true) return "location_off";
  return entry.target === undefined ? "no_target" : undefined;
}

function isAt(
  { locationId, plate }: PermitExplanationEntry,
  right: Pick<WantedRight, "locationId" | "plateNumber" | "region">,
): boolean {
  return (
    locationId === right.locationId && plate.number === right.plateNumber && plate.region === right.region
  );
}

function show({
  plateNumber,
  region,
  locationId,
  target,
}: Omit<WantedRight, "from" | "to" | "permitId">): string {
  return `${plateNumber}/${region ?? ""} at ${locationId}→${target}`;
}

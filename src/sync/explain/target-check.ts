import { EnforcementError, isEnforcementError } from "../../core/errors.ts";
import type { MappingIssue } from "../../core/mapping/mapping.ts";
import { explainMismatch, indexNames } from "../../core/names/explain-mismatch.ts";
import type { EnforcementProvider, PushProvider, Zone, ZoneList } from "../../core/provider.ts";
import { raceAbort } from "../../core/timers.ts";
import type { Timers } from "../pace/timers.ts";
import type { Seen } from "./absence.ts";
import type { EntryFacts } from "./describe-entry.ts";
import type { TargetCheck, TargetNotJudged } from "./explanation.ts";

// A person waits for the explanation. Most vendors list their zones within a second.
const LIST_DEADLINE_MS = 10_000;

/** What the mapping's validator may say of a target that the vendor does not have. */
const TARGET_CODES: ReadonlySet<MappingIssue["code"]> = new Set([
  "target_unknown",
  "target_malformed",
  "target_ambiguous",
  "target_of_other_operator",
  "name_differs",
  "leading_zeros_differ",
  "zone_unknown",
]);

/** What is known beside the entries of one permit. */
export interface CheckContext {
  readonly companyId: string;
  readonly seen: Seen;
  readonly isDown: (providerId: string) => boolean;
}

type VendorList = { readonly list: ZoneList } | { readonly reason: TargetNotJudged };

/**
 * Compares targets with the lists of the vendors, by the validators of the mapping. Asks each vendor at most once, however
 * many explanations one checker is for.
 */
export class TargetChecker {
  readonly #providers: ReadonlyMap<string, EnforcementProvider>;
  readonly #timers: Pick<Timers, "after">;
  readonly #signal: AbortSignal | undefined;
  readonly #lists = new Map<string, Promise<VendorList>>();

  constructor(options: {
    providers: ReadonlyMap<string, EnforcementProvider>;
    timers: Pick<Timers, "after">;
    signal: AbortSignal | undefined;
  }) {
    this.#providers = options.providers;
    this.#timers = options.timers;
    this.#signal = options.signal;
  }

  /**
   * Whether the vendor has an entry's target. Undefined: that is no question, because the vendor has acknowledged it, or
   * nothing is to be sent.
   *
   * @throws EnforcementError `aborted` when the caller's signal has aborted
   */
  async check(entry: EntryFacts, context: CheckContext): Promise<TargetCheck | undefined> {
    if (!isInQuestion(entry)) return undefined;
    const provider = this.#providers.get(entry.providerId);
    if (provider === undefined) return { status: "not_judged", reason: "no_provider" };
    if (provider.delivery !== "push" || !provider.capabilities.listZones)
      return { status: "not_judged", reason: "no_list" };
    const found = await this.#list(provider, context);
    if ("reason" in found) return { status: "not_judged", reason: found.reason };
    try {
      return entry.target === null
        ? findCandidates(found.list, entry, context)
        : judgeTarget(provider, found.list, { ...entry, target: entry.target }, context);
    } catch {
      // A list or a validator of a host's own provider.
      return { status: "not_judged", reason: "list_failed" };
    }
  }

  #list(provider: PushProvider, { isDown }: CheckContext): Promise<VendorList> {
    const asked = this.#lists.get(provider.id);
    if (asked !== undefined) return asked;
    const list = isDown(provider.id)
      ? Promise.resolve({ reason: "vendor_down" as const })
      : this.#ask(provider);
    this.#lists.set(provider.id, list);
    return list;
  }

  async #ask(provider: PushProvider): Promise<VendorList> {
    const ended = new AbortController();
    const onAbort = () => ended.abort();
    const cancel = this.#timers.after(LIST_DEADLINE_MS, onAbort);
    this.#signal?.addEventListener("abort", onAbort, { once: true });
    try {
      requireGoingOn(this.#signal);
      const { signal } = ended;
      const list = await raceAbort((async () => provider.listZones?.({ signal }))(), signal);
      return list === undefined ? { reason: "no_list" } : { list };
    } catch (thrown) {
      requireGoingOn(this.#signal);
      const isUnsupported = isEnforcementError(thrown) && thrown.code === "unsupported";
      return { reason: isUnsupported ? "no_list" : "list_failed" };
    } finally {
      cancel();
      this.#signal?.removeEventListener("abort", onAbort);
      ended.abort();
    }
  }
}

/** @throws EnforcementError `aborted` when the caller's signal has aborted */
export function requireGoingOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new EnforcementError("aborted", "explain: the caller's signal ended it.", { operation: "explain" });
}

function isInQuestion(entry: EntryFacts): boolean {
  if (entry.status === "on_its_way") return entry.operation === "register";
  if (entry.status !== "not_sent") return false;
  return "refusal" in entry ? entry.refusal.operation === "register" : entry.reason === "no_target";
}

/** Lets the provider's own validator compare one target. */
function judgeTarget(
  provider: PushProvider,
  zones: ZoneList,
  { locationId, target }: { locationId: string; target: string },
  { companyId, seen }: CheckContext,
): TargetCheck {
  const known = typeof seen === "string" ? undefined : seen.locations.get(locationId);
  const location = {
    id: locationId,
    companyId,
    name: known?.name ?? locationId,
    providers: { [provider.id]: { enabled: true, target } },
  };
  const company = { id: companyId, name: companyId, providers: { [provider.id]: { enabled: true } } };
  // The key is the same for every vendor that can list its zones.
  const input = { company, locations: [location], zones };
  const { issues, matches } = provider.validateMapping(input);
  const issue = issues.find(
    ({ code, severity, locationId: id }) =>
      id === locationId && severity === "error" && TARGET_CODES.has(code),
  );
  if (issue !== undefined) return { status: "not_in_list", issue };
  const vendorTarget = matches.find((match) => match.locationId === locationId)?.vendorTarget ?? null;
  if (vendorTarget !== null) return { status: "in_list", vendorTarget };
  return { status: "not_judged", reason: "list_incomplete" };
}

/** The vendor's names that are closest to the location's own. */
function findCandidates(
  { zones }: ZoneList,
  { locationId }: EntryFacts,
  { seen }: CheckContext,
): TargetCheck {
  const name = typeof seen === "string" ? undefined : seen.locations.get(locationId)?.name;
  if (name === undefined) return { status: "candidates", candidates: [] };
  const names = zones.flatMap((zone: Zone) =>
    zone.number === undefined ? [zone.name] : [zone.name, zone.number],
  );
  const equal = names.includes(name) ? [name] : [];
  const near = indexNames(names)
    .closest(name, { limit: 3 - equal.length })
    .map((candidate) => candidate.name);
  const candidates = [...equal, ...near].map((candidate) => ({
    name: candidate,
    difference: explainMismatch(name, candidate) ?? null,
  }));
  return { status: "candidates", candidates };
}

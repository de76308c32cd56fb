import { seededRandom } from "../../support/seeded-random.ts";
import { COMPANY_IDS, type DirectoryEdit, firstTarget, LOCATIONS_OF } from "./host-directory.ts";
import type { HostWord, PermitSpec } from "./host-permits.ts";
import type { History, Step, VendorCondition } from "./step.ts";
import { FAULTS } from "./vendor-fault.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

export const PROVIDER_IDS = ["alpha", "beta", "gamma"] as const;
/** Texts that cannot be mistaken for anything else when they show up in an event. */
export const PLATES = ["QZX101", "QZX202", "QZX303"] as const;
const REGIONS = ["", "", "/CA-NB", "/CA-NS"];
const PERMITS = ["P-1", "P-2", "P-3"] as const;

/** A random history. The same seed always gives the same one. */
export function generateHistory(
  seed: number,
  { longestOutageMs = 2 * HOUR, mostSteps = 22, goesSilent = false } = {},
): History {
  const random = seededRandom(seed);
  const start = Date.parse("2026-09-15T12:00:00.000Z");
  const stored = new Map<string, { spec: PermitSpec; ended: boolean }>();
  let clock = start;

  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const chance = (part: number): boolean => random() < part;
  const between = (low: number, high: number): number => low + Math.floor(random() * (high - low));
  const some = <Item>(items: readonly Item[]): Item[] => {
    const chosen = items.filter(() => chance(0.4));
    return chosen.length === 0 ? [pick(items)] : chosen;
  };

  const pickPlate = (): string => pick(PLATES) + pick(REGIONS);
  const pickFrom = (): number =>
    clock + (chance(0.75) ? -between(0, 3 * DAY) : between(MINUTE, chance(0.5) ? HOUR : 2 * DAY));
  const pickTo = (from: number): number | null =>
    chance(0.35)
      ? null
      : Math.max(from, clock) + pick([MINUTE, HOUR, 6 * HOUR, 10 * DAY, 200 * DAY]) + between(0, HOUR);

  function newSpec(id: string, companyId: string, revision: number): PermitSpec {
    const from = pickFrom();
    const plates = chance(0.25) ? [pickPlate(), pickPlate()] : [pickPlate()];
    return {
      id,
      companyId,
      plates,
      locationIds: some(LOCATIONS_OF[companyId] ?? []),
      from,
      to: pickTo(from),
      revision,
    };
  }

  function change(spec: PermitSpec): PermitSpec {
    const revision = spec.revision + (chance(0.9) ? 1 : 3);
    const next = { ...spec, revision };
    switch (pick(["end", "end", "plate", "plate", "region", "place", "place", "start", "same", "past"])) {
      case "end":
        return { ...next, to: pickTo(spec.from) };
      case "past":
        return clock - spec.from > HOUR
          ? { ...next, to: spec.from + between(MINUTE, clock - spec.from) }
          : next;
      case "plate":
        return { ...next, plates: chance(0.2) ? [...spec.plates, pickPlate()] : [pickPlate()] };
      case "region":
        return { ...next, plates: spec.plates.map((text) => (text.split("/")[0] ?? "") + pick(REGIONS)) };
      case "place":
        return { ...next, locationIds: some(LOCATIONS_OF[spec.companyId] ?? []) };
      case "start": {
        const from = pickFrom();
        return { ...next, from, to: spec.to !== null && spec.to <= from ? pickTo(from) : spec.to };
      }
      default:
        return next;
    }
  }

  function word(): HostWord {
    const id = pick(PERMITS);
    const known = stored.get(id);
    if (known === undefined) {
      const spec = newSpec(id, pick(COMPANY_IDS), between(0, 3));
      if (chance(0.05)) return { kind: "revoke", permitId: id };
      stored.set(id, { spec, ended: false });
      return { kind: chance(0.85) ? "issue" : "revise", spec };
    }
    if (known.ended) {
      if (chance(0.2)) return { kind: pick(["revoke", "forget"]), permitId: id };
      const spec = chance(0.5) ? { ...known.spec, revision: known.spec.revision + 1 } : change(known.spec);
      if (chance(0.25)) return { kind: pick(["issue", "revise"]), spec: known.spec };
      stored.set(id, { spec, ended: false });
      return { kind: "issue", spec };
    }
    if (chance(0.2)) {
      stored.set(id, { ...known, ended: true });
      return { kind: chance(0.8) ? "revoke" : "forget", permitId: id };
    }
    const kind = chance(0.8) ? "revise" : "issue";
    if (chance(0.08)) return { kind, spec: known.spec };
    if (chance(0.08))
      return { kind, spec: { ...change(known.spec), revision: Math.max(0, known.spec.revision - 1) } };
    if (chance(0.04)) return { kind, spec: { ...change(known.spec), revision: known.spec.revision } };
    const spec = change(known.spec);
    stored.set(id, { spec, ended: false });
    return { kind, spec };
  }

  function edits(companyId: string): DirectoryEdit[] {
    const locationIds = LOCATIONS_OF[companyId] ?? [];
    const [locationId, providerId] = [pick(locationIds), pick(PROVIDER_IDS)];
    const target = firstTarget(locationId) ?? `zone-${locationId}`;
    switch (
      pick([
        "switch",
        "switch",
        "company",
        "company_off_on",
        "target",
        "target",
        "map",
        "swap",
        "region",
        "presence",
      ])
    ) {
      case "switch":
        return [{ edit: "location_switch", locationId, providerId, on: chance(0.5) }];
      case "company":
        return [{ edit: "company_switch", companyId, providerId, on: chance(0.6) }];
      case "company_off_on":
        return [
          { edit: "company_switch", companyId, providerId, on: false },
          { edit: "company_switch", companyId, providerId, on: true },
        ];
      case "target":
        return [
          { edit: "target", locationId, providerId, target: pick([target, `${target}-b`, "zone-joint"]) },
        ];
      case "map":
        return PROVIDER_IDS.map((id) => ({
          edit: "target",
          locationId,
          providerId: id,
          target: chance(0.85) ? target : null,
        }));
      case "swap":
        return [{ edit: "swap", locationIds: [locationId, pick(locationIds)], providerId }];
      case "region":
        return [{ edit: "region", locationId, region: pick([null, "CA-NB", "CA-QC"]) }];
      default:
        return [{ edit: "presence", locationId, present: chance(0.6) }];
    }
  }

  function passing(): Step {
    const ms = pick([0, 0, 5, 20, 50, 200, SECOND, 11 * SECOND, 2 * MINUTE, HOUR, 5 * HOUR, DAY, 12 * DAY]);
    clock += ms;
    return { do: "pass", ms: ms === 0 ? 0 : ms + between(0, 10) };
  }

  function next(): Step {
    const kind = random();
    const providerId = pick(PROVIDER_IDS);
    if (kind < 0.34)
      return { do: "say", words: Array.from({ length: chance(0.8) ? 1 : between(2, 5) }, word) };
    if (kind < 0.37) return sayMany();
    if (kind < 0.47) {
      const companyId = pick(COMPANY_IDS);
      const all = chance(0.7) ? edits(companyId) : [...edits(companyId), ...edits(companyId)];
      return { do: "map", edits: all, companyId: chance(0.7) ? companyId : null };
    }
    if (kind < 0.49) {
      const companyId = pick(COMPANY_IDS);
      // A location or provider that was switched off until now matters most to a permit that is being recorded.
      const on = { edit: "company_switch", companyId, providerId, on: true } as const;
      return { do: "map_meanwhile", word: word(), edits: chance(0.5) ? [on] : edits(companyId) };
    }
    if (kind < 0.51)
      return { do: "provider", providerId, change: pick(["add", "remove", "replace", "replace"]) };
    if (kind < 0.53) return { do: "lose", providerId, plates: some(PLATES) };
    if (kind < 0.67) {
      return { do: "fault", providerId, faults: Array.from({ length: between(1, 5) }, () => pick(FAULTS)) };
    }
    if (kind < 0.72) {
      const conditions: VendorCondition[] = [
        "well",
        "well",
        "down",
        "slow",
        "limiting",
        "locked_out",
        "silent",
        "no_verdict",
        "misbehaving",
      ];
      return { do: "condition", providerId, condition: pick(conditions) };
    }
    if (kind < 0.76) {
      const plates = chance(0.4) ? [pick(PLATES)] : [];
      const targets = chance(0.4) ? [`zone-${pick(["north", "south", "pier", "joint"])}`] : [];
      return { do: "refuse", providerId, plates, targets };
    }
    if (kind < 0.77) return { do: "ledger_fails", calls: between(1, 6) };
    if (kind < 0.78) return { do: "directory_fails", reads: between(1, 4) };
    if (kind < 0.81) return { do: "attend", dismiss: chance(0.3) };
    if (kind < 0.83) return jump();
    if (kind < 0.84) return leap();
    if (kind < 0.9)
      return {
        do: "crash",
        after: chance(0.3) ? 0 : between(1, 12),
        downMs: pick([0, 10, 5 * SECOND, 90 * SECOND, HOUR]),
      };
    if (kind < 0.92) return { do: "restart", downMs: pick([0, 10, HOUR]) };
    return passing();
  }

  function sayMany(): Step {
    const ids = PERMITS.filter(() => chance(0.7));
    const specs = ids.map((id) => {
      const known = stored.get(id);
      const spec = known === undefined ? newSpec(id, pick(COMPANY_IDS), between(0, 3)) : change(known.spec);
      stored.set(id, { spec, ended: false });
      return spec;
    });
    return { do: "say_many", specs };
  }

  function jump(): Step {
    const ms = pick([-1, 1]) * pick([SECOND, 30 * SECOND, 10 * MINUTE, 3 * HOUR, 2 * DAY]);
    clock += ms;
    return { do: "jump", ms };
  }

  /** Every vendor asks for a rest, and the permit that met that is revoked: nothing is left that would show its end. */
  function overtakenOutage(): Step[] {
    const id = pick(PERMITS);
    const known = stored.get(id);
    const spec = known === undefined ? newSpec(id, pick(COMPANY_IDS), 1) : change(known.spec);
    stored.set(id, { spec, ended: true });
    const limited = { kind: "rate_limited", retryAfterMs: 30_000 } as const;
    return [
      ...PROVIDER_IDS.map((providerId) => ({ do: "fault", providerId, faults: [limited] }) as const),
      { do: "say", words: [{ kind: "issue", spec }] },
      { do: "pass", ms: 200 },
      { do: "say", words: [{ kind: "revoke", permitId: id }] },
    ];
  }

  /** The clock is wrong for a while, from the start of a process or while it runs, and then right again. */
  function leap(): Step {
    const ms = pick([YEAR, 5 * HOUR, 10 * MINUTE, -10 * MINUTE, -5 * HOUR]);
    const length = between(1, 4);
    const meanwhile: Step[] = [];
    if (chance(0.4)) meanwhile.push({ do: "restart", downMs: pick([0, 10, 2 * MINUTE]) });
    while (meanwhile.length < length + 1) {
      const words = Array.from({ length: between(1, 3) }, word);
      meanwhile.push(
        chance(0.5) ? { do: "say", words } : { do: "pass", ms: pick([50, SECOND, 2 * MINUTE, HOUR]) },
      );
    }
    if (chance(0.4))
      meanwhile.push({ do: "crash", after: between(0, 12), downMs: pick([0, 10, 5 * SECOND]) });
    return { do: "leap", ms, meanwhile };
  }

  // The profile of providers that misbehave, all of them from the beginning.
  const isMisbehaving = seed % 4 === 3;
  const misbehaving = PROVIDER_IDS.map(
    (providerId) => ({ do: "condition", providerId, condition: "misbehaving" }) as const,
  );
  const steps: Step[] = [...(isMisbehaving ? misbehaving : []), { do: "say", words: [word()] }];
  const length = between(4, mostSteps);
  while (steps.length < length) {
    if (isMisbehaving && chance(0.1)) steps.push(...overtakenOutage());
    steps.push(next());
    if (chance(0.5)) steps.push(passing());
  }
  const repaired = withRepairs(steps, seededRandom(seed ^ 0x4e9a14));
  const told = goesSilent ? withSilences(repaired, seededRandom(seed ^ 0x51e47)) : repaired;
  return { seed, start, steps: told, longestOutageMs };
}

/** Puts repairs between the steps, which are the same as without them. */
function withRepairs(steps: readonly Step[], random: () => number): Step[] {
  return steps.flatMap((step): Step[] => {
    if (random() >= 0.08) return [step];
    const providerId = PROVIDER_IDS[Math.floor(random() * PROVIDER_IDS.length)] ?? PROVIDER_IDS[0];
    return [{ do: "repair", providerId }, step];
  });
}

/** Puts silent connections between the steps, which are the same as without them. */
function withSilences(steps: readonly Step[], random: () => number): Step[] {
  return steps.flatMap((step): Step[] => {
    if (random() >= 0.25) return [step];
    const silences = Array.from({ length: 1 + Math.floor(random() * 4) }, () => ({
      statement: Math.floor(random() * 3),
      lost: random() < 0.5 ? ("question" as const) : ("answer" as const),
    }));
    return [{ do: "connections_silent", silences }, step];
  });
}

/** The phases of a day, in their order. In `drain` nothing changes: the vendor is back, and the rest is delivered. */
export const PHASES = ["night", "peak", "day", "outage", "drain", "evening"] as const;

export type Phase = (typeof PHASES)[number];

/** How large a city is. Every process gets it as it is, so it is plain data. */
export interface CitySizes {
  readonly seed: number;
  readonly companies: number;
  /** Permits that are in force before the day begins. */
  readonly permits: number;
  readonly officers: number;
  /** Midnight, UTC, of the day on which the city runs, in milliseconds. */
  readonly midnight: number;
}

/** What happens in a phase: so many changes and lookups on average, in so much time. */
export interface PhasePlan {
  readonly phase: Phase;
  readonly seconds: number;
  readonly changes: number;
  /** Changes of a location's target, each of which moves all rights of that location. */
  readonly mappingChanges: number;
  readonly lookupsPerSecond: number;
}

export interface CityPlan {
  readonly sizes: CitySizes;
  /** Whether a delivering process is killed, where there are several. What it had claimed waits for up to a minute. */
  readonly kills: boolean;
  readonly phases: readonly PhasePlan[];
}

/** The sizes that the figures of a scale of 1 are of. */
const FULL = { companies: 1_000, permits: 1_000_000, officers: 5_000 };

// Changes, and lookups of each officer, in a day of scale 1.
const DAY: Record<Phase, { seconds: number; changes: number; mappings: number; lookups: number }> = {
  night: { seconds: 60, changes: 300, mappings: 0, lookups: 0.6 },
  peak: { seconds: 240, changes: 18_000, mappings: 8, lookups: 16 },
  day: { seconds: 240, changes: 8_000, mappings: 12, lookups: 10 },
  outage: { seconds: 60, changes: 2_400, mappings: 2, lookups: 2.5 },
  drain: { seconds: 10, changes: 0, mappings: 0, lookups: 0.4 },
  evening: { seconds: 60, changes: 600, mappings: 1, lookups: 1.2 },
};

export const QUICK_SCALE = 0.01;

/** A smaller city has a shorter day: its length shrinks with the root of the scale, and to a ninetieth at most. */
export function planCity(
  scale: number,
  { seed, now = Date.now(), kills = true }: { seed: number; now?: number; kills?: boolean },
): CityPlan {
  const officers = Math.ceil(FULL.officers * scale);
  const shortened = scale <= QUICK_SCALE ? 1 / 90 : Math.min(1, Math.sqrt(scale));
  return {
    kills,
    sizes: {
      seed,
      companies: Math.ceil(FULL.companies * scale),
      permits: Math.ceil(FULL.permits * scale),
      officers,
      midnight: Math.floor(now / DAY_MS) * DAY_MS,
    },
    phases: PHASES.map((phase) => {
      const { seconds, changes, mappings, lookups } = DAY[phase];
      const length = seconds * shortened;
      return {
        phase,
        seconds: length,
        changes: changes * scale,
        // At least one in the peak. A change moves a hundred rights in every city, however small.
        mappingChanges: Math.max(phase === "peak" ? 1 : 0, Math.round(mappings * scale)),
        lookupsPerSecond: (lookups * officers) / length,
      };
    }),
  };
}

export const DAY_MS = 24 * 60 * 60_000;

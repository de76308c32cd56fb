import type { MalformedLocation } from "../../core/directory/read-answers.ts";
import type { Timers } from "../pace/timers.ts";
import type { Emit } from "./events.ts";

const MIN_WAIT_MS = 1_000;
const MAX_WAIT_MS = 60_000;

interface CompanyTrouble {
  /** Since when a location of the company cannot be read, in milliseconds. */
  since: number;
  /** The location errors that events were emitted for, by the location's id or its index in the list. */
  told: ReadonlyMap<string, MalformedLocation>;
}

/** The locations that cannot be read: emits an event once for each, and decides when they are read again. */
export class LocationTroubles {
  readonly #timers: Timers;
  readonly #emit: Emit;
  readonly #companies = new Map<string, CompanyTrouble>();

  constructor(context: { timers: Timers; emit: Emit }) {
    this.#timers = context.timers;
    this.#emit = context.emit;
  }

  /** Notes the locations that cannot be read now. Returns when to read again; `undefined` when all can be read. */
  note(companyId: string, malformed: readonly MalformedLocation[]): Date | undefined {
    const before = this.#companies.get(companyId);
    if (before === undefined && malformed.length === 0) return undefined;
    const now = this.#timers.now().getTime();
    const trouble = before ?? { since: now, told: NONE };
    const current = new Map(malformed.map((one) => [keyOf(one), one]));
    for (const [key, one] of trouble.told) {
      if (!current.has(key)) this.#emit({ type: "directory_recovered", companyId, ...placeOf(one) });
    }
    for (const [key, one] of current) {
      if (trouble.told.get(key)?.field === one.field) continue;
      const { field, error } = one;
      this.#emit({ type: "directory_failed", companyId, ...placeOf(one), field, message: error.message });
    }
    if (malformed.length === 0) {
      this.#companies.delete(companyId);
      return undefined;
    }
    this.#companies.set(companyId, { since: trouble.since, told: current });
    // Waits as long as the trouble has lasted, from 1 second to a minute: an early correction is noticed early. A clock
    // that was set back does not lengthen the wait.
    const wait = Math.min(MAX_WAIT_MS, Math.max(MIN_WAIT_MS, now - trouble.since));
    return new Date(now + wait);
  }

  /** Restarts the company's wait, because the host says that the directory changed. */
  lookAgain(companyId: string): void {
    const trouble = this.#companies.get(companyId);
    if (trouble !== undefined) trouble.since = this.#timers.now().getTime();
  }
}

const NONE: ReadonlyMap<string, MalformedLocation> = new Map();

function keyOf({ id, index }: MalformedLocation): string {
  return id === undefined ? `#${index}` : `id ${id}`;
}

function placeOf({ id, index }: MalformedLocation): { locationId: string } | { locationIndex: number } {
  return id === undefined ? { locationIndex: index } : { locationId: id };
}

import type { Directory, Location } from "../../core/directory/directory.ts";
import {
  type MalformedLocation,
  readAnsweredCompany,
  readAnsweredLocations,
} from "../../core/directory/read-answers.ts";
import { isEnforcementError } from "../../core/errors.ts";
import { itemBackoff } from "../pace/backoff.ts";
import type { Timers } from "../pace/timers.ts";
import type { CompanyView } from "../plan/desired.ts";
import type { Emit } from "./events.ts";
import { LocationTroubles } from "./location-troubles.ts";

// Longer than any directory should take, and short enough not to delay other companies.
const DIRECTORY_DEADLINE_MS = 10_000;

const MIN_WAIT_MS = 1_000;
const MAX_WAIT_MS = 2 * 60_000;

/**
 * Reads companies from the host's directory. After a failure, a company is not read for a while; other companies are.
 */
export interface CompanyViews {
  /** The company's current view; undefined when the directory fails, or failed a short time ago. */
  read(companyId: string): Promise<CompanyView | undefined>;
  /** When a company that failed may be read again. */
  retryAt(companyId: string): Date;
  /** Ends the wait of a company that failed, because the host says that the directory changed. */
  lookAgain(companyId: string): void;
}

interface Trouble {
  failures: number;
  until: number;
  /** The field that could not be read; undefined when the directory itself failed. */
  readonly field: string | undefined;
}

export function createCompanyViews(options: {
  directory: Directory;
  timers: Timers;
  random: () => number;
  emit: Emit;
}): CompanyViews {
  const { directory, timers, random, emit } = options;
  const troubles = new Map<string, Trouble>();
  const locationTroubles = new LocationTroubles({ timers, emit });

  const succeed = (companyId: string, { company, locations, malformed }: ReadCompany): CompanyView => {
    if (troubles.delete(companyId)) emit({ type: "directory_recovered", companyId });
    const retryAt = locationTroubles.note(companyId, malformed);
    return retryAt === undefined
      ? { company, locations }
      : { company, locations, unread: { malformed, retryAt } };
  };

  const fail = (companyId: string, thrown: unknown): undefined => {
    const before = troubles.get(companyId);
    const failures = (before?.failures ?? 0) + 1;
    const field = isEnforcementError(thrown) ? thrown.field : undefined;
    if (before === undefined || before.field !== field) {
      const what =
        isEnforcementError(thrown) && field !== undefined ? { field, message: thrown.message } : {};
      emit({ type: "directory_failed", companyId, ...what });
    }
    const wait = MIN_WAIT_MS + itemBackoff(failures, undefined, random);
    troubles.set(companyId, { failures, until: timers.now().getTime() + wait, field });
  };

  return {
    async read(companyId) {
      const wait = (troubles.get(companyId)?.until ?? 0) - timers.now().getTime();
      // A wait longer than the longest one was set before the clock went back: it is over.
      if (wait > 0 && wait <= MAX_WAIT_MS) return undefined;
      try {
        return succeed(companyId, await within(readCompany(directory, companyId), timers));
      } catch (thrown) {
        return fail(companyId, thrown);
      }
    },
    retryAt: (companyId) => new Date(troubles.get(companyId)?.until ?? timers.now().getTime()),
    lookAgain(companyId) {
      const trouble = troubles.get(companyId);
      if (trouble !== undefined) trouble.until = 0;
      locationTroubles.lookAgain(companyId);
    },
  };
}

interface ReadCompany extends Pick<CompanyView, "company" | "locations"> {
  readonly malformed: readonly MalformedLocation[];
}

async function readCompany(directory: Directory, companyId: string): Promise<ReadCompany> {
  const company = readAnsweredCompany(await directory.getCompany(companyId), companyId);
  const locations = new Map<string, Location>();
  if (company === undefined) return { company, locations, malformed: [] };
  const { sound, malformed } = readAnsweredLocations(await directory.listLocations(companyId), companyId);
  for (const location of sound) locations.set(location.id, location);
  return { company, locations, malformed };
}

/** Rejects after the deadline: a directory that never answers must not hold up the rest. */
function within<Value>(promise: Promise<Value>, timers: Timers): Promise<Value> {
  return new Promise((resolve, reject) => {
    const cancel = timers.after(DIRECTORY_DEADLINE_MS, () => reject(new Error("deadline")));
    promise.then(resolve, reject).finally(cancel);
  });
}

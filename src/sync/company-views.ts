import type { Directory, Location } from "../core/directory.ts";
import { itemBackoff } from "./backoff.ts";
import type { CompanyView } from "./desired.ts";
import type { Emit } from "./events.ts";
import type { Timers } from "./timers.ts";

// Longer than any directory should take, and short enough that others are not kept.
const DIRECTORY_DEADLINE_MS = 10_000;

const SHORTEST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 2 * 60_000;

/** Reads companies from the host's directory. One company that fails is left alone for a while; others go on. */
export interface CompanyViews {
  /** The company as it is now; undefined when the directory fails. */
  read(companyId: string): Promise<CompanyView | undefined>;
  /** When a company that failed may be read again. */
  retryAt(companyId: string): Date;
}

interface Trouble {
  failures: number;
  until: number;
}

export function createCompanyViews(options: {
  directory: Directory;
  timers: Timers;
  random: () => number;
  emit: Emit;
}): CompanyViews {
  const { directory, timers, random, emit } = options;
  const troubles = new Map<string, Trouble>();

  const succeed = (companyId: string, view: CompanyView): CompanyView => {
    if (troubles.delete(companyId)) emit({ type: "directory_recovered", companyId });
    return view;
  };

  const fail = (companyId: string): undefined => {
    const failures = (troubles.get(companyId)?.failures ?? 0) + 1;
    if (failures === 1) emit({ type: "directory_failed", companyId });
    const wait = SHORTEST_WAIT_MS + itemBackoff(failures, undefined, random);
    troubles.set(companyId, { failures, until: timers.now().getTime() + wait });
  };

  return {
    async read(companyId) {
      const wait = (troubles.get(companyId)?.until ?? 0) - timers.now().getTime();
      // A clock that was set back does not lengthen a wait.
      if (wait > 0 && wait <= LONGEST_WAIT_MS) return undefined;
      try {
        return succeed(companyId, await within(readView(directory, companyId), timers));
      } catch {
        return fail(companyId);
      }
    },
    retryAt: (companyId) => new Date(troubles.get(companyId)?.until ?? timers.now().getTime()),
  };
}

async function readView(directory: Directory, companyId: string): Promise<CompanyView> {
  const company = await directory.getCompany(companyId);
  const locations = new Map<string, Location>();
  if (company === undefined) return { company, locations };
  for (const location of await directory.listLocations(companyId)) {
    if (location.companyId === companyId) locations.set(location.id, location);
  }
  return { company, locations };
}

/** A directory that never answers must not hold up the companies of others. */
function within<Value>(promise: Promise<Value>, timers: Timers): Promise<Value> {
  return new Promise((resolve, reject) => {
    const cancel = timers.after(DIRECTORY_DEADLINE_MS, () => reject(new Error("deadline")));
    promise.then(resolve, reject).finally(cancel);
  });
}

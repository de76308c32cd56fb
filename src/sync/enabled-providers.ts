import type { Directory, MaybePromise } from "../core/directory/directory.ts";
import { readAnsweredCompany } from "../core/directory/read-answers.ts";
import { isCompanyEnabled } from "../core/directory/switches.ts";
import { isPromise } from "../core/maybe-promise.ts";
import type { Timers } from "./pace/timers.ts";

/** Which providers a company has switched on, for making deliveries. */
export interface EnabledProviders {
  /**
   * Those of `among` that the company has switched on. All of them when the directory does not say, does not know the
   * company or gives one that cannot be read: a delivery too many does no harm, and finds out what is wrong.
   */
  find(companyId: string, among: readonly string[]): MaybePromise<readonly string[]>;
}

// How long a call of the host's waits for a directory to say which deliveries a permit needs.
const DEADLINE_MS = 2_000;
// One that did not answer is not asked again for each of a thousand companies.
const SILENCE_MS = 10_000;

export function createEnabledProviders({
  directory,
  timers,
}: {
  directory: Directory;
  timers: Timers;
}): EnabledProviders {
  let askedInVainAt = Number.NEGATIVE_INFINITY;

  function within<Value>(asked: Promise<Value>): Promise<Value> {
    let cancel = () => {};
    const late = new Promise<never>((_, reject) => {
      cancel = timers.after(DEADLINE_MS, () => {
        askedInVainAt = timers.now().getTime();
        reject(new Error("deadline"));
      });
    });
    return Promise.race([asked, late]).finally(() => cancel());
  }

  return {
    find(companyId, among) {
      if (among.length === 0) return among;
      const silence = timers.now().getTime() - askedInVainAt;
      if (silence >= 0 && silence < SILENCE_MS) return among;
      const enabledIn = (given: unknown) => {
        const company = readAnsweredCompany(given, companyId);
        return company === undefined ? among : among.filter((id) => isCompanyEnabled(company, id));
      };
      try {
        const asked = directory.getCompany(companyId);
        // A directory in memory answers at once, and a timer for each permit costs as much as the permit.
        if (!isPromise(asked)) return enabledIn(asked);
        return within(asked)
          .then(enabledIn)
          .catch(() => among);
      } catch {
        return among;
      }
    },
  };
}

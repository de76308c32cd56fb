import type { Directory, MaybePromise } from "../core/directory/directory.ts";
import { readAnsweredCompany } from "../core/directory/read-answers.ts";
import { isCompanyEnabled } from "../core/directory/switches.ts";
import { isPromise } from "../core/maybe-promise.ts";
import type { Timers } from "./pace/timers.ts";

/** Tells which providers a company has enabled, when its permits are recorded. */
export interface EnabledProviders {
  /**
   * The providers of `among` that the company has enabled. All of `among` when the directory fails, does not know the
   * company, or gives one that cannot be read: a superfluous delivery does no harm, and its planning reports what is
   * wrong.
   */
  find(companyId: string, among: readonly string[]): MaybePromise<readonly string[]>;
}

// How long a host's call waits for the directory.
const DEADLINE_MS = 2_000;
// After a directory did not answer in time, no call asks it for this long: a list of a thousand companies would wait
// for each.
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
        // A directory in memory answers at once, and a timer per permit would cost as much as the permit.
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

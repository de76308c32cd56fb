import type { Directory } from "../core/directory/directory.ts";
import { readAnsweredCompany } from "../core/directory/read-answers.ts";
import { isCompanyEnabled } from "../core/directory/switches.ts";
import { isPromise, type MaybePromise } from "../core/maybe-promise.ts";
import type { Timers } from "./pace/timers.ts";

/** Finds the providers that a company has enabled, when its permits are recorded. */
export interface EnabledProviders {
  /**
   * The ids of `among` that the company has enabled. All of `among` when the directory fails, does not know the
   * company, or returns one that cannot be read: a superfluous delivery does no harm, and its planning reports the
   * problem.
   */
  find(companyId: string, among: ProviderIds): MaybePromise<readonly string[]>;
}

/** Ids of providers, such as the keys of a Map. */
export type ProviderIds = Pick<ReadonlyMap<string, unknown>, "has" | "keys" | "size">;

// How long a host's call waits for the directory.
const DIRECTORY_TIMEOUT_MS = 2_000;
// After a timeout, calls skip the directory for this long: a list of a thousand companies would time out for each.
const SKIP_AFTER_TIMEOUT_MS = 10_000;

export function createEnabledProviders({
  directory,
  timers,
}: {
  directory: Directory;
  timers: Timers;
}): EnabledProviders {
  let timedOutAt = Number.NEGATIVE_INFINITY;

  function within<Value>(asked: Promise<Value>): Promise<Value> {
    let cancel = () => {};
    const late = new Promise<never>((_, reject) => {
      cancel = timers.after(DIRECTORY_TIMEOUT_MS, () => {
        timedOutAt = timers.now().getTime();
        reject(new Error("deadline"));
      });
    });
    return Promise.race([asked, late]).finally(() => cancel());
  }

  return {
    find(companyId, among) {
      if (among.size === 0) return [];
      const silence = timers.now().getTime() - timedOutAt;
      if (silence >= 0 && silence < SKIP_AFTER_TIMEOUT_MS) return [...among.keys()];
      const enabledIn = (given: unknown) => {
        const company = readAnsweredCompany(given, companyId);
        if (company === undefined) return [...among.keys()];
        // A company has few providers, where a sync may have one for each of a thousand companies.
        return Object.keys(company.providers).filter((id) => among.has(id) && isCompanyEnabled(company, id));
      };
      try {
        const asked = directory.getCompany(companyId);
        // A synchronous answer needs no timer, which would cost as much as recording the permit.
        if (!isPromise(asked)) return enabledIn(asked);
        return within(asked)
          .then(enabledIn)
          .catch(() => [...among.keys()]);
      } catch {
        return [...among.keys()];
      }
    },
  };
}

import { type Directory, findUnchangingList } from "../../core/directory/directory.ts";
import { readAnsweredCompany } from "../../core/directory/read-answers.ts";
import { isCompanyEnabled } from "../../core/directory/switches.ts";
import { entriesOf } from "../../core/iterables.ts";
import { ignorePromise, isPromise, type MaybePromise } from "../../core/maybe-promise.ts";
import type { Timers } from "../pace/timers.ts";

/** What the directory answers of a company while its permits are recorded. It never fails a host's call. */
export interface CompanyAnswers {
  /**
   * Asks for a company, for at most 2 seconds. `among`: the ids of the push providers. Where there are none, the directory
   * is not asked. `withLocations`: asks for the company's locations, too, within the same 2 seconds. Default: false.
   */
  ask(
    companyId: string,
    among: ProviderIds,
    options?: { readonly withLocations?: boolean },
  ): MaybePromise<CompanyAnswer>;
}

export interface CompanyAnswer {
  /**
   * The ids of `among` that the company has enabled. All of `among` when the directory fails, does not know the
   * company, or returns one that cannot be read: a superfluous delivery does no harm, and its planning reports the
   * problem.
   */
  readonly providerIds: readonly string[];
  /** Whether the directory said that there is no such company. */
  readonly isUnknown: boolean;
  /**
   * The locations of a known company; undefined when the directory was not asked for them, or did not answer. A promise
   * where the directory returns one; it never rejects.
   */
  readonly locations: MaybePromise<KnownLocations | undefined>;
}

/** The ids of a company's locations. */
export interface KnownLocations {
  /** Those of these ids that no location of the company has. */
  findUnknown(locationIds: readonly string[]): readonly string[];
}

/** Ids of providers, such as the keys of a Map. */
export type ProviderIds = Pick<ReadonlyMap<string, unknown>, "has" | "keys" | "size">;

// How long a host's call waits for the directory.
const DIRECTORY_TIMEOUT_MS = 2_000;
// After a timeout, calls skip the directory for this long: a list of a thousand companies would time out for each.
const SKIP_AFTER_TIMEOUT_MS = 10_000;

export function createCompanyAnswers({
  directory,
  timers,
}: {
  directory: Directory;
  timers: Timers;
}): CompanyAnswers {
  const companies = new BoundedQuestion(timers);
  const lists = new BoundedQuestion(timers);
  const knownLists = new WeakMap<object, KnownLocations>();

  /** The locations of a memoryDirectory never change: their ids are collected once. */
  function readLocations(list: unknown, companyId: string): KnownLocations | undefined {
    const unchanging =
      typeof list === "object" && list !== null ? findUnchangingList(list, companyId) : undefined;
    if (unchanging === undefined) return readIds(list, companyId);
    const known = knownLists.get(unchanging) ?? readIds(list, companyId);
    if (known !== undefined) knownLists.set(unchanging, known);
    return known;
  }

  function askForLocations(companyId: string): CompanyAnswer["locations"] {
    if (lists.isSkipped) return undefined;
    try {
      const asked = directory.listLocations(companyId);
      if (!isPromise(asked)) return readLocations(asked, companyId);
      return lists
        .within(asked)
        .then((list) => readLocations(list, companyId))
        .catch(() => undefined);
    } catch {
      return undefined;
    }
  }

  function read(given: unknown, companyId: string, among: ProviderIds): ReadCompany {
    const company = readAnsweredCompany(given, companyId);
    if (company === undefined) return { providerIds: [...among.keys()], isUnknown: true };
    // A company has few providers, where a sync may have one for each of a thousand companies.
    const providerIds = Object.keys(company.providers).filter(
      (id) => among.has(id) && isCompanyEnabled(company, id),
    );
    return { providerIds, isUnknown: false };
  }

  return {
    ask(companyId, among, { withLocations = false } = NO_OPTIONS) {
      if (among.size === 0) return NOT_ASKED;
      if (companies.isSkipped) return unanswered(among);
      try {
        const asked = directory.getCompany(companyId);
        // A synchronous answer needs no timer, which would cost as much as recording the permit.
        if (!isPromise(asked)) {
          const { providerIds, isUnknown } = read(asked, companyId, among);
          const locations = withLocations && !isUnknown ? askForLocations(companyId) : undefined;
          return { providerIds, isUnknown, locations };
        }
        // Both questions at the same time: the host waits for the slower answer, not for one after the other.
        const locations = withLocations ? askForLocations(companyId) : undefined;
        return companies
          .within(asked)
          .then((given) => ({ ...read(given, companyId, among), locations }))
          .catch(() => unanswered(among));
      } catch {
        return unanswered(among);
      }
    },
  };
}

type ReadCompany = Pick<CompanyAnswer, "providerIds" | "isUnknown">;

const NO_OPTIONS = {};

function unanswered(among: ProviderIds): CompanyAnswer {
  return { providerIds: [...among.keys()], isUnknown: false, locations: undefined };
}

const NOT_ASKED: CompanyAnswer = { providerIds: [], isUnknown: false, locations: undefined };

/** A question that is answered within a bound, and not asked for a while when it was not. */
class BoundedQuestion {
  readonly #timers: Timers;
  #timedOutAt: number | undefined;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  get isSkipped(): boolean {
    // Reading the clock costs more than the rest of a question that is answered from memory.
    if (this.#timedOutAt === undefined) return false;
    const silence = this.#timers.now().getTime() - this.#timedOutAt;
    if (silence >= 0 && silence < SKIP_AFTER_TIMEOUT_MS) return true;
    this.#timedOutAt = undefined;
    return false;
  }

  within<Value>(asked: Promise<Value>): Promise<Value> {
    let cancel = () => {};
    const late = new Promise<never>((_, reject) => {
      cancel = this.#timers.after(DIRECTORY_TIMEOUT_MS, () => {
        this.#timedOutAt = this.#timers.now().getTime();
        reject(new Error("deadline"));
      });
    });
    return Promise.race([asked, late]).finally(() => cancel());
  }
}

/** Reads the ids alone. Undefined when the list cannot be read, or the id of an entry: that may be any of them. */
function readIds(list: unknown, companyId: string): KnownLocations | undefined {
  const ids: string[] = [];
  let isReadable = true;
  try {
    // To the end in any case: promises in the list must not go unhandled.
    for (const entry of entriesOf(list, "listLocations")) {
      const read = readId(entry, companyId);
      if (read === undefined) isReadable = false;
      else if (read !== FOREIGN) ids.push(read);
    }
  } catch {
    return undefined;
  }
  return isReadable ? new LocationIds(ids) : undefined;
}

const FOREIGN = Symbol("location of another company");

function readId(entry: unknown, companyId: string): string | typeof FOREIGN | undefined {
  try {
    if (isPromise(entry)) {
      ignorePromise(entry);
      return undefined;
    }
    const { id, companyId: owner } = entry as { readonly id?: unknown; readonly companyId?: unknown };
    if (typeof owner === "string" && owner !== companyId) return FOREIGN;
    return typeof id === "string" ? id : undefined;
  } catch {
    // A getter of the host's threw.
    return undefined;
  }
}

class LocationIds implements KnownLocations {
  readonly #ids: readonly string[];
  #set: ReadonlySet<string> | undefined;
  #wasAsked = false;

  constructor(ids: readonly string[]) {
    this.#ids = ids;
  }

  findUnknown(locationIds: readonly string[]): readonly string[] {
    // For the one permit of a call, a look through the list costs less than an index of it.
    const isFirst = !this.#wasAsked;
    this.#wasAsked = true;
    if (isFirst) return locationIds.filter((id) => !this.#ids.includes(id));
    this.#set ??= new Set(this.#ids);
    const known = this.#set;
    return locationIds.every((id) => known.has(id)) ? NONE : locationIds.filter((id) => !known.has(id));
  }
}

const NONE: readonly string[] = [];

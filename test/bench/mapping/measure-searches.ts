import { distance } from "fastest-levenshtein";
import Fuse from "fuse.js";
import { indexNames } from "../../../src/core/names/explain-mismatch.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { cpuTime } from "./cpu-time.ts";
import { placeNames } from "./names.ts";
import { TYPING_SLIPS, WRITING_SLIPS } from "./slips.ts";

/** How one way of finding the nearest name did. */
export interface SearchResult {
  readonly contender: string;
  /** Milliseconds of processor time to get ready, once for all searches. */
  readonly prepare: number;
  /** Milliseconds for each search. */
  readonly search: number;
  /** Searches whose first answer was the name that the slip was planted in. */
  readonly right: number;
  readonly searches: number;
}

interface Contender {
  readonly name: string;
  /** Of how many of the searches it is asked; the slow ones of fewer. */
  readonly share: number;
  prepare(names: readonly string[]): (wanted: string) => string | undefined;
}

const contenders: readonly Contender[] = [
  {
    name: "indexNames",
    share: 1,
    prepare(names) {
      const index = indexNames(names);
      index.closest(names[0] ?? "");
      return (wanted) => index.closest(wanted, { limit: 1 })[0]?.name;
    },
  },
  {
    name: "fastest-levenshtein, each name",
    share: 0.2,
    prepare: (names) => (wanted) => nearestOf(names, wanted),
  },
  {
    name: "fuse.js",
    share: 0.1,
    prepare(names) {
      const fuse = new Fuse(names, { ignoreLocation: true, isCaseSensitive: false, includeScore: true });
      return (wanted) => fuse.search(wanted, { limit: 1 })[0]?.item;
    },
  },
];

/** The same searches by each contender, side by side: every slip in turn, planted in names spread over all of them. */
export function measureSearches(size: number, searches: number): SearchResult[] {
  const names = placeNames(size);
  const slipped = plantSlips(names, searches);
  return contenders.map(({ name, share, prepare }) => {
    let find: (wanted: string) => string | undefined = () => undefined;
    const prepared = cpuTime(() => {
      find = prepare(names);
    });
    const step = Math.round(1 / share);
    const asked = slipped.filter((_, index) => index % step === 0);
    let right = 0;
    const milliseconds = cpuTime(() => {
      for (const { origin, wanted } of asked) if (find(wanted) === origin) right += 1;
    });
    return {
      contender: name,
      prepare: prepared,
      search: milliseconds / asked.length,
      right,
      searches: asked.length,
    };
  });
}

function plantSlips(names: readonly string[], count: number): { origin: string; wanted: string }[] {
  const random = seededRandom(20_261_122);
  const slips = [...WRITING_SLIPS, ...TYPING_SLIPS];
  const known = new Set(names);
  return Array.from({ length: count }, (_, index) => {
    for (;;) {
      const origin = names[Math.floor(random() * names.length)] ?? "";
      const wanted = slips[index % slips.length]?.apply(origin, random);
      if (wanted !== undefined && !known.has(wanted)) return { origin, wanted };
    }
  });
}

function nearestOf(names: readonly string[], wanted: string): string | undefined {
  let [nearest, least]: [string | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const name of names) {
    const edits = distance(wanted, name);
    if (edits < least) [nearest, least] = [name, edits];
  }
  return nearest;
}

/** Ids by the hash of what they are found under. Different hashes may share a bucket: whoever asks compares. */
export interface HashBuckets {
  idsOf(hash: number): Uint32Array;
}

/**
 * Puts ids into buckets of about four, in two flat arrays, five bytes for each. `visitAll` is called twice and must visit
 * the same pairs both times; `expected` is about how many there are.
 */
export function createHashBuckets(
  expected: number,
  visitAll: (visit: (hash: number, id: number) => void) => void,
): HashBuckets {
  const size = 2 ** Math.ceil(Math.log2(Math.max(4, expected) / 4));
  const bucketOf = (hash: number) => (hash ^ (hash >>> 15)) & (size - 1);
  // Counted two places to the right, so that after summing and filling each bucket's own place holds its start.
  const starts = new Uint32Array(size + 2);
  visitAll((hash) => increment(starts, bucketOf(hash) + 2));
  for (let bucket = 1; bucket < starts.length; bucket += 1) {
    starts[bucket] = (starts[bucket] ?? 0) + (starts[bucket - 1] ?? 0);
  }
  const ids = new Uint32Array(starts.at(-1) ?? 0);
  visitAll((hash, id) => {
    ids[increment(starts, bucketOf(hash) + 1)] = id;
  });
  return {
    idsOf(hash) {
      const bucket = bucketOf(hash);
      return ids.subarray(starts[bucket], starts[bucket + 1]);
    },
  };
}

/** Counts one up and gives what it was. */
function increment(counts: Uint32Array, at: number): number {
  const before = counts[at] ?? 0;
  counts[at] = before + 1;
  return before;
}

const BASE = 0x01000193;
const SPACE = 0x20;

/** A number for a text, such that that of a text without one of its characters follows from it; see {@link visitDeletions}. */
function hashText(text: string): number {
  let hash = text.length;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash, BASE) + text.charCodeAt(index);
  return hash | 0;
}

/** A number for the words of a text, whatever their order. */
export function hashWords(text: string): number {
  let [sum, word] = [0, 0];
  for (let index = 0; index <= text.length; index += 1) {
    const code = index === text.length ? SPACE : text.charCodeAt(index);
    if (code === SPACE) {
      sum = (sum + Math.imul(word ^ (word >>> 13), BASE)) | 0;
      word = 0;
    } else {
      word = (Math.imul(word, BASE) + code) | 0;
    }
  }
  return sum;
}

// Kept for all calls: for each character, the powers of BASE behind it and the hash of what follows it.
let powers = new Int32Array(0);
let tails = new Int32Array(0);

/** Visits the hash of a text and those of all texts that it becomes when one character is removed, each once. */
export function visitDeletions(text: string, visit: (hash: number) => void): void {
  visit(hashText(text));
  measureTails(text);
  // hash(head + tail) = hash(head) · BASE^|tail| + hash(tail), the length being that of the shorter text.
  let head = text.length - 1;
  for (let index = 0; index < text.length; index += 1) {
    // In a run of one character, removing any of them gives the same text.
    if (index === 0 || text.charCodeAt(index) !== text.charCodeAt(index - 1)) {
      visit((Math.imul(head, powers[index] ?? 0) + (tails[index] ?? 0)) | 0);
    }
    head = (Math.imul(head, BASE) + text.charCodeAt(index)) | 0;
  }
}

function measureTails(text: string): void {
  if (powers.length < text.length)
    [powers, tails] = [new Int32Array(2 * text.length), new Int32Array(2 * text.length)];
  let tail = 0;
  let power = 1;
  for (let index = text.length - 1; index >= 0; index -= 1) {
    powers[index] = power;
    tails[index] = tail;
    tail = (Math.imul(text.charCodeAt(index), power) + tail) | 0;
    power = Math.imul(power, BASE);
  }
}

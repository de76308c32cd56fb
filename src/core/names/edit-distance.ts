// Three rows of the table, kept for all calls: the next one is worked out from the two before.
let rows: [Uint16Array, Uint16Array, Uint16Array] = [
  new Uint16Array(0),
  new Uint16Array(0),
  new Uint16Array(0),
];

/**
 * How many edits (a character inserted, removed, replaced, or swapped with its neighbour) lie between two texts;
 * `undefined` when there are more than `atMost`. Cost grows with length × `atMost`, and far texts end early.
 */
export function editDistance(one: string, other: string, atMost: number): number | undefined {
  if (Math.abs(one.length - other.length) > atMost) return undefined;
  // What both begin and end with costs nothing, and names of one family share most of it.
  let start = 0;
  while (start < one.length && one.charCodeAt(start) === other.charCodeAt(start)) start += 1;
  let end = one.length;
  let otherEnd = other.length;
  while (end > start && otherEnd > start && one.charCodeAt(end - 1) === other.charCodeAt(otherEnd - 1)) {
    end -= 1;
    otherEnd -= 1;
  }
  return distanceBetween({ text: one, start, end }, { text: other, start, end: otherEnd }, atMost);
}

/** A part of a text that need not be cut out. */
interface Part {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function distanceBetween(one: Part, other: Part, atMost: number): number | undefined {
  const length = one.end - one.start;
  const width = other.end - other.start;
  const tooFar = atMost + 1;
  if (rows[0].length < width + 2) rows = [rowFor(width), rowFor(width), rowFor(width)];
  let [beforePrevious, previous, current] = rows;
  for (let column = 0; column <= Math.min(tooFar, width); column += 1) previous[column] = column;
  let before = -1;
  for (let row = 1; row <= length; row += 1) {
    const code = one.text.charCodeAt(one.start + row - 1);
    // Only cells within atMost of the diagonal can count; those beside them are too far.
    const first = Math.max(1, row - atMost);
    const last = Math.min(width, row + atMost);
    let nearest = first === 1 ? Math.min(row, tooFar) : tooFar;
    current[first - 1] = nearest;
    current[last + 1] = tooFar;
    let otherBefore = first === 1 ? -1 : other.text.charCodeAt(other.start + first - 2);
    for (let column = first; column <= last; column += 1) {
      const otherCode = other.text.charCodeAt(other.start + column - 1);
      const left = current[column - 1] ?? tooFar;
      const above = previous[column] ?? tooFar;
      const diagonal = previous[column - 1] ?? tooFar;
      let edits = code === otherCode ? diagonal : 1 + Math.min(left, above, diagonal);
      if (row > 1 && column > 1 && code === otherBefore && before === otherCode) {
        edits = Math.min(edits, 1 + (beforePrevious[column - 2] ?? tooFar));
      }
      current[column] = edits;
      nearest = Math.min(nearest, edits);
      otherBefore = otherCode;
    }
    // No later row holds less than the least of this one, swaps included.
    if (nearest > atMost) return undefined;
    before = code;
    const next = beforePrevious;
    beforePrevious = previous;
    previous = current;
    current = next;
  }
  const edits = previous[width] ?? tooFar;
  return edits > atMost ? undefined : edits;
}

function rowFor(width: number): Uint16Array {
  return new Uint16Array(Math.max(128, 2 * width));
}

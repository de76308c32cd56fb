// Three rows of the table, kept for all calls: the next one is worked out from the two before.
let rows: readonly [number[], number[], number[]] = [[], [], []];

/**
 * How many edits (a character inserted, removed, replaced, or swapped with its neighbour) lie between two texts;
 * `undefined` when there are more than `atMost`. Cost grows with length × `atMost`, and far texts end early.
 */
export function editDistance(one: string, other: string, atMost: number): number | undefined {
  if (Math.abs(one.length - other.length) > atMost) return undefined;
  // What both begin and end with costs nothing, and names of one family share most of it.
  let start = 0;
  while (start < one.length && one[start] === other[start]) start += 1;
  let [end, otherEnd] = [one.length, other.length];
  while (end > start && otherEnd > start && one[end - 1] === other[otherEnd - 1]) {
    end -= 1;
    otherEnd -= 1;
  }
  return distanceBetween(one.slice(start, end), other.slice(start, otherEnd), atMost);
}

function distanceBetween(one: string, other: string, atMost: number): number | undefined {
  const tooFar = atMost + 1;
  for (let column = 0; column <= Math.min(tooFar, other.length); column += 1) rows[1][column] = column;
  for (let row = 1; row <= one.length; row += 1) {
    const [beforePrevious, previous, current] = rows;
    // Only cells within atMost of the diagonal can count; those beside them are too far.
    const first = Math.max(1, row - atMost);
    const last = Math.min(other.length, row + atMost);
    let nearest = first === 1 ? Math.min(row, tooFar) : tooFar;
    current[first - 1] = nearest;
    current[last + 1] = tooFar;
    for (let column = first; column <= last; column += 1) {
      const [left, above] = [current[column - 1] ?? tooFar, previous[column] ?? tooFar];
      const diagonal = previous[column - 1] ?? tooFar;
      let edits = one[row - 1] === other[column - 1] ? diagonal : 1 + Math.min(left, above, diagonal);
      if (row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]) {
        edits = Math.min(edits, 1 + (beforePrevious[column - 2] ?? tooFar));
      }
      current[column] = edits;
      nearest = Math.min(nearest, edits);
    }
    // No later row holds less than the least of this one, swaps included.
    if (nearest > atMost) return undefined;
    rows = [previous, current, beforePrevious];
  }
  const edits = rows[1][other.length] ?? tooFar;
  return edits > atMost ? undefined : edits;
}

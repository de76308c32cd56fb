/**
 * How many edits (a character inserted, removed, replaced, or swapped with its neighbour) lie between two texts;
 * `undefined` when there are more than `atMost`. Cost grows with length × `atMost`, and far texts end early.
 */
export function editDistance(one: string, other: string, atMost: number): number | undefined {
  if (Math.abs(one.length - other.length) > atMost) return undefined;
  const tooFar = atMost + 1;
  let beforePrevious: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const current = new Array<number>(other.length + 1).fill(tooFar);
    if (row <= atMost) current[0] = row;
    let nearest = current[0] ?? tooFar;
    const lastColumn = Math.min(other.length, row + atMost);
    for (let column = Math.max(1, row - atMost); column <= lastColumn; column += 1) {
      const left = current[column - 1] ?? tooFar;
      const above = previous[column] ?? tooFar;
      const diagonal = previous[column - 1] ?? tooFar;
      let edits = one[row - 1] === other[column - 1] ? diagonal : 1 + Math.min(left, above, diagonal);
      if (one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1] && row > 1 && column > 1) {
        edits = Math.min(edits, 1 + (beforePrevious[column - 2] ?? tooFar));
      }
      current[column] = edits;
      nearest = Math.min(nearest, edits);
    }
    // No later row holds less than the least of this one, swaps included.
    if (nearest > atMost) return undefined;
    beforePrevious = previous;
    previous = current;
  }
  const edits = previous[other.length] ?? tooFar;
  return edits > atMost ? undefined : edits;
}

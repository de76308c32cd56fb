/**
 * How many edits lie between two texts: characters inserted, removed, replaced, or swapped with their neighbour.
 * `undefined` when there are more than `atMost`. The cost grows with length × `atMost`; texts far apart end early.
 */
export function editDistance(one: string, other: string, atMost: number): number | undefined {
  if (atMost < 0 || Math.abs(one.length - other.length) > atMost) return undefined;
  // A common beginning and a common end cost nothing, and names of one family share most of their letters.
  let start = 0;
  while (start < one.length && one.charCodeAt(start) === other.charCodeAt(start)) start += 1;
  let end = one.length;
  let otherEnd = other.length;
  while (end > start && otherEnd > start && one.charCodeAt(end - 1) === other.charCodeAt(otherEnd - 1)) {
    end -= 1;
    otherEnd -= 1;
  }
  // Each character that is left in the longer text takes an edit when the shorter one has no more than one.
  const longer = Math.max(end, otherEnd) - start;
  const shorter = Math.min(end, otherEnd) - start;
  if (shorter === 0) return longer;
  if (longer === 1 || atMost === 0) return atMost === 0 ? undefined : 1;
  return distanceWithinBand({ text: one, start, end }, { text: other, start, end: otherEnd }, atMost);
}

/** The characters of `text` from `start` up to `end`. */
interface Part {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The table of optimal string alignment, row by row, of which only cells within `atMost` of the diagonal are worked out:
 * in a row, place `p` is the column `row - atMost + p`. So the cell above is one place to the right in the row before,
 * the cell diagonally above has the same place there, and two rows up and two columns left is the same place again.
 */
function distanceWithinBand(one: Part, other: Part, atMost: number): number | undefined {
  const [length, width] = [one.end - one.start, other.end - other.start];
  const tooFar = atMost + 1;
  const places = 2 * atMost + 1;
  // Three rows, each with a place more than the band has: what is beside the band is too far.
  const stride = places + 1;
  const cells = new Uint16Array(3 * stride).fill(tooFar);
  let twoBefore = 0;
  let before = stride;
  let current = 2 * stride;
  for (let place = atMost; place < places; place += 1) cells[before + place] = place - atMost;
  let codeBefore = -1;
  for (let row = 1; row <= length; row += 1) {
    const code = one.text.charCodeAt(one.start + row - 1);
    const firstColumn = row - atMost;
    const first = Math.max(0, 1 - firstColumn);
    const last = Math.min(places - 1, width - firstColumn);
    let left = firstColumn <= 0 ? row : tooFar;
    let nearest = left;
    if (first > 0) cells[current + first - 1] = left;
    let otherBefore = first > 0 ? -1 : other.text.charCodeAt(other.start + firstColumn - 2);
    for (let place = first; place <= last; place += 1) {
      const otherCode = other.text.charCodeAt(other.start + firstColumn + place - 1);
      let edits = cells[before + place] ?? tooFar;
      if (code !== otherCode) {
        edits = 1 + Math.min(edits, left, cells[before + place + 1] ?? tooFar);
        if (code === otherBefore && codeBefore === otherCode) {
          edits = Math.min(edits, 1 + (cells[twoBefore + place] ?? tooFar));
        }
      }
      cells[current + place] = edits;
      if (edits < nearest) nearest = edits;
      left = edits;
      otherBefore = otherCode;
    }
    // No later row holds less than the least of this one, swaps included.
    if (nearest > atMost) return undefined;
    codeBefore = code;
    const oldest = twoBefore;
    twoBefore = before;
    before = current;
    current = oldest;
  }
  const edits = cells[before + width - length + atMost] ?? tooFar;
  return edits > atMost ? undefined : edits;
}

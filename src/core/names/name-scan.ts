/** Texts laid out so that all that are far from a wanted one are passed over in a few nanoseconds each. */
export interface NameScan {
  /** Ids of texts that may be within so many edits of `wanted`. None that is within is left out. */
  near(wanted: string, edits: number): number[];
}

/** Lays texts out by length, each with a signature: which characters it holds. An edit changes two of those at most. */
export function createNameScan(texts: readonly string[]): NameScan {
  const ids = sortByLength(texts);
  const letters = new Int32Array(ids.length);
  const signs = new Int32Array(ids.length);
  for (const [place, id] of ids.entries()) {
    const signature = signatureOf(texts[id] ?? "");
    [letters[place], signs[place]] = signature;
  }
  const firstOf = firstPlaces(ids, texts);
  return {
    near(wanted, edits) {
      const [wantedLetters, wantedSigns] = signatureOf(wanted);
      const near: number[] = [];
      const end = firstOf(wanted.length + edits + 1);
      for (let place = firstOf(wanted.length - edits); place < end; place += 1) {
        const changed =
          countBits(wantedLetters ^ (letters[place] ?? 0)) + countBits(wantedSigns ^ (signs[place] ?? 0));
        if (changed <= 2 * edits) near.push(ids[place] ?? 0);
      }
      return near;
    },
  };
}

// A function of its own: what it closes over would else be kept for as long as the scan is, all texts with it.
function sortByLength(texts: readonly string[]): Uint32Array {
  return Uint32Array.from(texts.keys()).sort((one, other) => lengthOf(texts, one) - lengthOf(texts, other));
}

/** Gives the first place of texts that are at least so long. */
function firstPlaces(ids: Uint32Array, texts: readonly string[]): (length: number) => number {
  const longest = lengthOf(texts, ids.at(-1) ?? 0);
  const places = new Uint32Array(longest + 2);
  for (const id of ids) {
    const after = lengthOf(texts, id) + 1;
    places[after] = (places[after] ?? 0) + 1;
  }
  for (let length = 1; length < places.length; length += 1) {
    places[length] = (places[length] ?? 0) + (places[length - 1] ?? 0);
  }
  return (length) => places[Math.min(Math.max(length, 0), longest + 1)] ?? 0;
}

function lengthOf(texts: readonly string[], id: number): number {
  return texts[id]?.length ?? 0;
}

/** One bit for each small letter, one for each digit; everything else shares what is left. */
function signatureOf(text: string): [letters: number, signs: number] {
  let [letters, signs] = [0, 0];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 0x61 && code <= 0x7a) letters |= 1 << (code - 0x61);
    else if (code >= 0x30 && code <= 0x39) signs |= 1 << (code - 0x30);
    else signs |= 1 << (10 + (code % 22));
  }
  return [letters, signs];
}

function countBits(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

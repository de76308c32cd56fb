/** A slip in typing or copying a name. */
export interface Slip {
  readonly name: string;
  /** The name with the slip in it; `undefined` where the name has nothing to slip on. */
  apply(name: string, random: () => number): string | undefined;
}

/** Slips after which the name still has all its letters: an explanation can name every one of them. */
export const WRITING_SLIPS: readonly Slip[] = [
  slip("case", /\p{Ll}/u, (letter) => letter.toUpperCase()),
  { name: "leading space", apply: (name) => ` ${name}` },
  { name: "trailing space", apply: (name) => `${name} ` },
  slip("doubled space", / /, () => "  "),
  slip("no-break space", / /, () => "\u00A0"),
  slip("thin space", / /, () => "\u2009"),
  slip("ideographic space", / /, () => "\u3000"),
  { name: "zero-width space", apply: (name) => `${name}\u200B` },
  { name: "right-to-left mark", apply: (name) => `\u200F${name}` },
  slip("decomposed letter", /é/, (letter) => letter.normalize("NFD")),
  slip("lost accent", /é/, () => "e"),
  slip("ligature", /oe/, () => "œ"),
  slip("Cyrillic letter", /[aceo]/, (letter) => ({ a: "а", c: "с", e: "е", o: "о" })[letter] ?? letter),
  slip(
    "Greek letter",
    /[ABEHOT]/,
    (letter) => ({ A: "Α", B: "Β", E: "Ε", H: "Η", O: "Ο", T: "Τ" })[letter] ?? letter,
  ),
  slip("full-width letter", /[A-Z]/, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
  slip("dash", /-/, () => "–"),
  slip("quote", /'/, () => "’"),
  slip("zero for O", /o/, () => "0"),
  { name: "swapped words", apply: (name) => swapWords(name) },
];

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** Slips that change the letters themselves: one edit each. */
export const TYPING_SLIPS: readonly Slip[] = [
  slip("letter left out", /\p{L}/u, () => ""),
  slip("letter added", /\p{L}/u, (letter, random) => `${letter}${anyLetter(random)}`),
  slip("letter replaced", /\p{L}/u, (letter, random) => anyLetter(random, letter.toLowerCase())),
  slip("letters swapped", /(\p{Ll})(?!\1)\p{Ll}/u, (letters) => `${letters[1]}${letters[0]}`),
];

function slip(name: string, what: RegExp, change: (found: string, random: () => number) => string): Slip {
  return {
    name,
    apply(text, random) {
      const places = [...text.matchAll(new RegExp(what, `${what.flags}g`))];
      const place = places[Math.floor(random() * places.length)];
      if (place === undefined) return undefined;
      const slipped = change(place[0], random);
      return `${text.slice(0, place.index)}${slipped}${text.slice(place.index + place[0].length)}`;
    },
  };
}

function swapWords(name: string): string | undefined {
  const [first, second, ...rest] = name.split(" ");
  return second === undefined || first === second ? undefined : [second, first, ...rest].join(" ");
}

function anyLetter(random: () => number, except = ""): string {
  const letters = LETTERS.replace(except, "");
  return letters[Math.floor(random() * letters.length)] ?? "x";
}

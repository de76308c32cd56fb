/** One way in which two names can differ, as a closed list. */
export type MismatchKind =
  /** A character that takes no room: zero-width space, byte order mark, right-to-left mark, control character … */
  | "invisible_character"
  /** A space that is not U+0020: no-break, thin, ideographic, tab … */
  | "special_space"
  /** The same letters in another Unicode form: é as one character, or as e with a combining accent. */
  | "unicode_form"
  | "leading_space"
  | "trailing_space"
  /** More than one space where the other name has one. */
  | "doubled_space"
  /** A hyphen, dash or minus sign of another kind. */
  | "dash"
  /** An apostrophe or quotation mark of another kind. */
  | "quote"
  /** Letters joined into one character: ﬁ, œ, æ. */
  | "ligature"
  /** A letter, digit or sign that looks like the one wanted: Cyrillic А, Greek Ο, full-width ３. */
  | "look_alike"
  /** A letter with its accent, and without or with another one. */
  | "accent"
  /** Capital and small letters. */
  | "case"
  /** Digit 0 where the other name has the letter O, digit 1 where it has l or I, or the other way round. */
  | "digit_for_letter"
  /** The same words in another order. */
  | "swapped_words"
  /** Anything else, alone or with any of the above: letters missing, added or replaced. */
  | "other";

/** One kind of difference, and the function that removes it from a name. */
export interface NameFold {
  readonly kind: MismatchKind;
  /** Completes the sentence "differs only in …". */
  readonly label: string;
  fold(name: string): string;
}

// The order matters: a special space must become an ordinary one before it can be leading, trailing or doubled. Where two
// kinds explain the same difference, the earlier one is reported.
const SPACES_AND_SIGNS: readonly NameFold[] = [
  { kind: "invisible_character", label: "invisible characters", fold: dropInvisible },
  { kind: "special_space", label: "special spaces", fold: foldSpaces },
  { kind: "unicode_form", label: "Unicode form", fold: (name) => name.normalize("NFC") },
  { kind: "leading_space", label: "leading spaces", fold: (name) => name.replace(/^ +/, "") },
  { kind: "trailing_space", label: "trailing spaces", fold: (name) => name.replace(/(?<! ) +$/, "") },
  { kind: "doubled_space", label: "doubled spaces", fold: (name) => name.replace(/ {2,}/g, " ") },
  { kind: "dash", label: "dashes", fold: (name) => name.replace(/[\p{Pd}\u2043\u2212]/gu, "-") },
  { kind: "quote", label: "quotation marks", fold: foldQuotes },
  { kind: "ligature", label: "ligatures", fold: foldLigatures },
];
const LETTERS_AND_WORDS: readonly NameFold[] = [
  { kind: "accent", label: "accents", fold: dropAccents },
  { kind: "case", label: "case", fold: (name) => name.toLowerCase() },
  { kind: "swapped_words", label: "the order of words", fold: sortWords },
];

/** All folds except that of look-alikes, which needs a table. */
export const PLAIN_FOLDS: readonly NameFold[] = [...SPACES_AND_SIGNS, ...LETTERS_AND_WORDS];

/** {@link PLAIN_FOLDS} with the fold of look-alikes at its place in the order. */
export function withLookAlikes(lookAlikes: NameFold): readonly NameFold[] {
  return [...SPACES_AND_SIGNS, lookAlikes, ...LETTERS_AND_WORDS];
}

/** A zero-width space, joiner or non-joiner, a word joiner, a byte order mark. */
export const ZERO_WIDTH = /[\u200B-\u200D\u2060\uFEFF]/;

/** The name with an ordinary space for each zero-width one. */
export function widenZeroWidth(name: string): string {
  return name.replace(new RegExp(ZERO_WIDTH, "g"), " ");
}

/** Applies folds in their order. */
export function applyFolds(folds: readonly NameFold[], name: string): string {
  return folds.reduce((folded, { fold }) => fold(folded), name);
}

/** Creates the function that applies all folds in their order, except that of words. */
export function createFold(folds: readonly NameFold[]): (name: string) => string {
  const inOrder = folds.filter(({ kind }) => kind !== "swapped_words");
  return (name) => (isPlain(name) ? name.toLowerCase() : applyFolds(inOrder, name));
}

/** Whether only the fold of case can change a name: ASCII without a grave accent, words one space apart. */
function isPlain(name: string): boolean {
  return /^[!-_a-~]+(?: [!-_a-~]+)*$/.test(name);
}

/** A key that is equal for folded names with the same words in another order, and with digits for letters. */
export function variantKeyOf(folded: string): string {
  return sortWords(/[01l]/.test(folded) ? folded.replace(/0/g, "o").replace(/[1l]/g, "i") : folded);
}

/** The words of a name in alphabetical order. */
export function sortWords(name: string): string {
  return name.includes(" ") ? name.split(" ").sort().join(" ") : name;
}

function dropInvisible(name: string): string {
  return name.replace(/(?![\t-\r\u0085])[\p{Cc}\p{Cf}\p{VS}\u115F\u1160]|\u034F/gu, "");
}

function foldSpaces(name: string): string {
  return name.replace(/[\p{Z}\t-\r\u0085\u2800\u3164\uFFA0]/gu, " ");
}

function foldQuotes(name: string): string {
  return name.replace(/[`´‘’‚‛′ʹʼ‹›＇]/gu, "'").replace(/[“”„‟″«»＂]/gu, '"');
}

function foldLigatures(name: string): string {
  return name.replace(/[ŒœÆæĲĳǄ-ǌǱ-ǳﬀ-ﬆ]/gu, (ligature, index: number) => {
    if (ligature !== "Œ" && ligature !== "Æ") return LIGATURES[ligature] ?? ligature.normalize("NFKC");
    const neighbours = `${name[index - 1] ?? ""}${name[index + 1] ?? ""}`;
    const [first, second] = ligature === "Œ" ? ["O", "E"] : ["A", "E"];
    return `${first}${/\p{Lu}/u.test(neighbours) ? second : second.toLowerCase()}`;
  });
}

const LIGATURES: Readonly<Record<string, string>> = { œ: "oe", æ: "ae", ﬅ: "st" };

function dropAccents(name: string): string {
  return name
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .normalize("NFC");
}

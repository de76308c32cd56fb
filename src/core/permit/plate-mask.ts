import { foldPlateCharacter } from "./plate-characters.ts";

/**
 * Replaces each plate in a vendor's text with `[plate]`. A vendor may repeat a plate in another case, with accents or
 * separators of its own, or encoded for a URL, HTML or JSON.
 */
export function maskPlates(text: string, plateNumbers: Iterable<string>): string {
  const folded = foldText(text);
  const bare = [folded.text.replace(ENCODED_SEPARATORS, ""), folded.text].map(toLettersAndDigits);
  const spans: Span[] = [];
  for (const number of plateNumbers) {
    // A batch has a hundred plates. The search with separators takes a hundred times as long as this check.
    if (!bare.some((letters) => letters.includes(toLettersAndDigits(number)))) continue;
    for (const { index, 0: written } of folded.text.matchAll(plateNumberPattern(number))) {
      spans.push({ start: folded.starts(index), end: folded.ends(index + written.length - 1) });
    }
  }
  return replaceSpans(text, spans);
}

/** A part of a text, by code units. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** A text folded as plates are, with the original position of each of its code units. */
interface FoldedText {
  readonly text: string;
  starts(index: number): number;
  ends(index: number): number;
}

const ASCII = /^[\0-\x7f]*$/;

function foldText(text: string): FoldedText {
  if (ASCII.test(text)) return { text, starts: (index) => index, ends: (index) => index + 1 };
  const spans: Span[] = [];
  let folded = "";
  let start = 0;
  for (const character of text) {
    const end = start + character.length;
    const readAs = foldPlateCharacter(character) || character;
    folded += readAs;
    for (let unit = 0; unit < readAs.length; unit += 1) spans.push({ start, end });
    start = end;
  }
  return {
    text: folded,
    starts: (index) => spans[index]?.start ?? text.length,
    ends: (index) => spans[index]?.end ?? text.length,
  };
}

function replaceSpans(text: string, spans: readonly Span[]): string {
  let masked = "";
  let done = 0;
  for (const { start, end } of spans.toSorted((one, other) => one.start - other.start)) {
    if (end <= done) continue;
    if (start >= done) masked += `${text.slice(done, start)}[plate]`;
    done = end;
  }
  return masked + text.slice(done);
}

// A separator, plain or encoded for a URL (%20), HTML (&nbsp;) or JSON (\u00a0).
const SEPARATORS = "(?:[^A-Za-z0-9]|%[0-9A-Fa-f]{2}|&#?[A-Za-z0-9]{1,8};|\\\\u[0-9A-Fa-f]{4}){0,3}";

const ENCODED_SEPARATORS = /%[0-9A-Fa-f]{2}|&#?[A-Za-z0-9]{1,8};|\\u[0-9A-Fa-f]{4}/g;

function toLettersAndDigits(text: string): string {
  return text.replace(/[^A-Za-z0-9]+/g, "").toUpperCase();
}

function plateNumberPattern(number: string): RegExp {
  const spaced = [...number].join(SEPARATORS);
  // A plate of one or two characters occurs inside many ordinary words: it is masked only where it is a word of its own.
  return number.length > 2
    ? new RegExp(spaced, "gi")
    : new RegExp(`(?<![A-Za-z0-9])${spaced}(?![A-Za-z0-9])`, "gi");
}

/** Replaces each secret of more than three characters in a vendor's text with `[secret]`. */
export function maskSecrets(text: string, secrets: Iterable<string>): string {
  let masked = text;
  for (const secret of secrets) if (secret.length > 3) masked = masked.replaceAll(secret, "[secret]");
  return masked;
}

/** `1 error`, `2 errors`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function enumerate(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** `2026-11-21 15:00 UTC`. */
export function showInstant(instant: Date): string {
  return `${instant.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** A sentence of the library with the command in place of the function that it names. */
export function inCommandWords(text: string): string {
  return text.replaceAll("run sweepTestPlates()", "run test-plate with --sweep");
}

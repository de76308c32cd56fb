/** Groups of characters that an officer or a camera may mistake for one another. */
const LOOK_ALIKES: readonly string[] = ["0ODQ", "1IL", "2Z", "5S", "8B"];

const LOOK_ALIKES_OF: ReadonlyMap<string, readonly string[]> = new Map(
  LOOK_ALIKES.flatMap((group) =>
    [...group].map((character) => [character, [...group].filter((other) => other !== character)] as const),
  ),
);

/**
 * The canonical numbers to search for, the typed one first. With `ocr`, all numbers follow that differ from it in exactly one
 * look-alike character: at most 36 for a plate of twelve characters.
 */
export function plateNumbersFor(typed: string, matching: "exact" | "ocr"): readonly string[] {
  if (matching === "exact") return [typed];
  const variants = [...typed].flatMap((character, index) =>
    (LOOK_ALIKES_OF.get(character) ?? []).map(
      (other) => typed.slice(0, index) + other + typed.slice(index + 1),
    ),
  );
  return [typed, ...variants];
}

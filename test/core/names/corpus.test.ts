import { expect, test } from "vitest";
import { indexNames } from "../../../src/core/names/explain-mismatch.ts";
import { placeNames } from "../../bench/mapping/names.ts";
import { seededRandom } from "../../support/seeded-random.ts";

const SEED = Number(process.env["SEED"] ?? 20_260_915);
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

test("ranks the origin of a single edit first, among 10,000 names at least three edits apart", () => {
  const random = seededRandom(SEED);
  const names = namesApart(10_000, random);
  const index = indexNames(names);
  let [first, tied] = [0, 0];
  for (const origin of names) {
    const [nearest] = index.closest(editOnce(origin, random));
    if (nearest?.name === origin) first += 1;
    if (nearest?.tied) tied += 1;
  }
  report({ asked: names.length, first, tied, of: "names three edits apart" });
  expect(first / names.length).toBeGreaterThanOrEqual(0.99);
  expect(tied / names.length).toBeLessThan(0.01);
});

test("reports a tie wherever a twin is as close as the origin", () => {
  const names = placeNames(10_000);
  const index = indexNames(names);
  let [asked, first, tied, open] = [0, 0, 0, 0];
  for (const origin of names.filter((_, place) => place % 10 === 0)) {
    // The twins differ in the number.
    const wanted = `${origin.slice(0, -1)}x`;
    const candidates = index.closest(wanted);
    asked += 1;
    if (candidates[0]?.name === origin) first += 1;
    if (candidates[0]?.tied) tied += 1;
    if (candidates[0]?.name !== origin && !candidates[0]?.tied) open += 1;
  }
  report({ asked, first, tied, of: "near twins" });
  expect(open).toBe(0);
  expect(tied / asked).toBeGreaterThan(0.5);
});

function report({
  asked,
  first,
  tied,
  of,
}: {
  asked: number;
  first: number;
  tied: number;
  of: string;
}): void {
  const percent = (part: number) => `${((100 * part) / asked).toFixed(2)} %`;
  console.log(`${of}: origin first ${percent(first)}, ties ${percent(tied)} of ${asked}, SEED=${SEED}`);
}

/** Random names at least three edits apart: no two are equal after removing two characters from each. */
function namesApart(count: number, random: () => number): string[] {
  const names: string[] = [];
  const taken = new Set<string>();
  while (names.length < count) {
    const words = Array.from({ length: 2 }, () => anyWord(4 + Math.floor(random() * 4), random));
    const name = words.join(" ");
    const rests = [...new Set([name, ...without(name), ...without(name).flatMap(without)])];
    if (rests.some((rest) => taken.has(rest))) continue;
    for (const rest of rests) taken.add(rest);
    names.push(name);
  }
  return names;
}

function without(text: string): string[] {
  return Array.from(text, (_, index) => `${text.slice(0, index)}${text.slice(index + 1)}`);
}

function anyWord(length: number, random: () => number): string {
  const word = Array.from({ length }, () => LETTERS[Math.floor(random() * LETTERS.length)]).join("");
  return `${word[0]?.toUpperCase()}${word.slice(1)}`;
}

function editOnce(name: string, random: () => number): string {
  for (;;) {
    const at = Math.floor(random() * name.length);
    const [head, tail] = [name.slice(0, at), name.slice(at)];
    const letter = LETTERS[Math.floor(random() * LETTERS.length)];
    const edited = [
      `${head}${letter}${tail}`,
      `${head}${tail.slice(1)}`,
      `${head}${letter}${tail.slice(1)}`,
      `${head}${tail[1] ?? ""}${tail[0]}${tail.slice(2)}`,
    ][Math.floor(random() * 4)];
    if (edited !== undefined && edited !== name) return edited;
  }
}

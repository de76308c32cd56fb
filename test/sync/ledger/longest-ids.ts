import { MAX_ID_LENGTH } from "../../../src/core/fields.ts";
import { seededRandom } from "../../support/seeded-random.ts";

const ASCII = Array.from({ length: 94 }, (_, index) => String.fromCodePoint(33 + index));
const GREEK = Array.from({ length: 24 }, (_, index) => String.fromCodePoint(0x3b1 + index));
const CHINESE = Array.from({ length: 20_000 }, (_, index) => String.fromCodePoint(0x4e00 + index));
const CARS = Array.from({ length: 64 }, (_, index) => String.fromCodePoint(0x1f680 + index));

export interface LongestIds {
  /** The next id: as long as one may be, of characters that no database can compress. */
  next(): string;
}

/** Ids of full length, by the characters that they are made of. */
export const MAX_IDS: Readonly<Record<string, () => LongestIds>> = {
  ASCII: () => idsOf(ASCII, MAX_ID_LENGTH),
  Greek: () => idsOf(GREEK, MAX_ID_LENGTH),
  Chinese: () => idsOf(CHINESE, MAX_ID_LENGTH),
  emoji: () => idsOf(CARS, MAX_ID_LENGTH / 2),
};

/** Ids that are longer by one character. */
export const TOO_LONG: Readonly<Record<string, string>> = {
  "513 characters": "x".repeat(MAX_ID_LENGTH + 1),
  "513 Chinese characters": "\u8eca".repeat(MAX_ID_LENGTH + 1),
  "257 emoji": "\u{1f697}".repeat(MAX_ID_LENGTH / 2 + 1),
  "1 MB": "x".repeat(1_000_000),
};

function idsOf(characters: readonly string[], count: number): LongestIds {
  const random = seededRandom(count);
  const pick = () => characters[Math.floor(random() * characters.length)] ?? "x";
  return { next: () => Array.from({ length: count }, pick).join("") };
}

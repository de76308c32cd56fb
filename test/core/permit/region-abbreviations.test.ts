import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findRegion, isRegionCode, parseRegion, subdivisionOf } from "../../../src/core/permit/region.ts";
import { REGION_NAMES } from "../../../src/core/permit/region-names.ts";

// Official and older abbreviations of provinces and territories, in English and in French: Statistics Canada's
// dictionary of the census, the Translation Bureau, the Office québécois de la langue française.
const ABBREVIATIONS: ReadonlyArray<readonly [abbreviation: string, code: string]> = [
  ["Alta.", "CA-AB"],
  ["Alb.", "CA-AB"],
  ["B.C.", "CA-BC"],
  ["C.-B.", "CA-BC"],
  ["Man.", "CA-MB"],
  ["N.B.", "CA-NB"],
  ["N.-B.", "CA-NB"],
  ["N.L.", "CA-NL"],
  ["N.F.", "CA-NL"],
  ["Nfld.", "CA-NL"],
  ["Nfld. & Lab.", "CA-NL"],
  ["Nfld. and Lab.", "CA-NL"],
  ["Nfld.Lab.", "CA-NL"],
  ["Lab.", "CA-NL"],
  ["T.-N.-L.", "CA-NL"],
  ["T.-N.-et-L.", "CA-NL"],
  ["T.-N.-et-Lab.", "CA-NL"],
  ["T.N.-L.", "CA-NL"],
  ["T.-N.", "CA-NL"],
  ["N.S.", "CA-NS"],
  ["N.-É.", "CA-NS"],
  ["N.-E.", "CA-NS"],
  ["N.W.T.", "CA-NT"],
  ["T.N.-O.", "CA-NT"],
  ["T.-N.-O.", "CA-NT"],
  ["Nvt.", "CA-NU"],
  ["Nun.", "CA-NU"],
  ["Ont.", "CA-ON"],
  ["P.E.I.", "CA-PE"],
  ["Î.-P.-É.", "CA-PE"],
  ["I.-P.-E.", "CA-PE"],
  ["Î.P.É.", "CA-PE"],
  ["Que.", "CA-QC"],
  ["Qué.", "CA-QC"],
  ["Qc", "CA-QC"],
  ["P.Q.", "CA-QC"],
  ["Sask.", "CA-SK"],
  ["Y.T.", "CA-YT"],
  ["Yn", "CA-YT"],
  ["Yuk.", "CA-YT"],
];

const DASHES = [
  "-",
  "\u2010",
  "\u2011",
  "–",
  "—",
  "\u2212",
  "\u00ad",
  "－",
  " - ",
  "-\u00a0",
  "\u200b-\u200b",
];

describe("an abbreviation of a province", () => {
  test("is that province in every case, accent, dash and space", () => {
    let count = 0;
    for (const [abbreviation, code] of ABBREVIATIONS) {
      const dashed = DASHES.map((dash) => abbreviation.replaceAll("-", dash));
      const spaced = [...dashed, ` ${abbreviation} `, abbreviation.replaceAll(".", ". ")];
      const accents = spaced.flatMap((form) => [form, form.normalize("NFD"), withoutAccents(form)]);
      const forms = accents.flatMap((form) => [form, form.toLowerCase(), form.toUpperCase()]);
      for (const form of forms) expect([form, findRegion(form)]).toEqual([form, code]);
      count += forms.length;
    }
    console.log(`abbreviations of provinces: ${count} forms`);
  });

  test("is never another place, however it is written; only NE and TN are states", () => {
    const separators = fc.constantFrom(".-", ". - ", ".–", ".", ". ", "-", " ", "", ".\u00a0", "\u2011");
    fc.assert(
      fc.property(
        fc.constantFrom(...ABBREVIATIONS),
        fc.array(separators, { minLength: 8, maxLength: 8 }),
        fc.constantFrom("upper", "lower", "as it is"),
        fc.boolean(),
        (abbreviated, between, casing, isPlain) => {
          const [abbreviation, code] = abbreviated;
          const parts = abbreviation.split(/[^\p{L}&]+/u).filter((part) => part !== "");
          const joined = parts.map((part, index) => part + (between[index] ?? "")).join("");
          const accented = isPlain ? withoutAccents(joined) : joined;
          const cased = {
            upper: accented.toUpperCase(),
            lower: accented.toLowerCase(),
            "as it is": accented,
          };
          const form = cased[casing];
          const found = findRegion(form);
          const letters = form.replace(/[^\p{L}]/gu, "").toUpperCase();
          const isState = ["NE", "TN"].includes(letters) && !/\p{L}\P{L}*[-–\u2011]\P{L}*\p{L}/u.test(form);
          if (isState) expect([form, found]).toEqual([form, `US-${letters}`]);
          else expect([form, [code, undefined].includes(found)]).toEqual([form, true]);
        },
      ),
      { numRuns: 5_000, seed: 13 },
    );
  });

  test.each([
    ["NE", "US-NE"],
    ["ne", "US-NE"],
    ["N.E.", "US-NE"],
    ["N. E.", "US-NE"],
    ["NE.", "US-NE"],
    ["-NE-", "US-NE"],
    ["US-NE", "US-NE"],
    ["TN", "US-TN"],
    ["T.N.", "US-TN"],
    ["tn.", "US-TN"],
    ["N.-E.", "CA-NS"],
    ["N.-E", "CA-NS"],
    ["N-E.", "CA-NS"],
    ["n.-e.", "CA-NS"],
    ["N.–E.", "CA-NS"],
    ["NÉ", "CA-NS"],
    ["N-É", "CA-NS"],
    ["N.E\u0301.", "CA-NS"],
    ["T.-N.", "CA-NL"],
    ["t.-n.", "CA-NL"],
    ["Nova Scotia", "CA-NS"],
    ["NT", "CA-NT"],
    ["nt", "CA-NT"],
    ["Nu", "CA-NU"],
    ["N.T.", "CA-NT"],
    ["P.É.", "CA-PE"],
  ])("%s is %s", (text, code) => {
    expect(parseRegion(text)).toBe(code);
  });

  test.each(["N-E", "n - e", "T-N", "T–N", "Nt", "Nt.", " Nt ", "NÈ", "TÑ", "MÉ", "N\ufffd", "N.-\ufffd."])(
    "%s is refused: it may be two places, or none",
    (text) => {
      expect(findRegion(text)).toBeUndefined();
      expect(() => parseRegion(text)).toThrow(expect.objectContaining({ code: "invalid_input" }));
    },
  );
});

test("a code between dots or hyphens is its own place, except the two that French abbreviations share", () => {
  for (const code of Object.keys(REGION_NAMES)) {
    const [first = "", second = ""] = subdivisionOf(code);
    const dotted = [`${first}.${second}.`, `${first}. ${second}.`, `${first} ${second}`];
    const hyphened = ["US-NE", "US-TN"].includes(code) ? [] : [`${first}-${second}`, `${first}.-${second}.`];
    for (const form of [...dotted, ...hyphened]) expect([form, findRegion(form)]).toEqual([form, code]);
    expect(isRegionCode(code)).toBe(true);
  }
});

function withoutAccents(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "");
}

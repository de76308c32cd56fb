import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskPlates, maskSecrets } from "../../../src/core/permit/plate-mask.ts";

describe("maskPlates", () => {
  test.each([
    ["Vehicle ABC123 already parked.", ["ABC123"], "Vehicle [plate] already parked."],
    ["vehicle abc123", ["ABC123"], "vehicle [plate]"],
    ["ABC-123, ABC 123, A B C 1 2 3, ABC - 123", ["ABC123"], "[plate], [plate], [plate], [plate]"],
    ["plate=ABC123&zone=1", ["ABC123"], "plate=[plate]&zone=1"],
    ['{"plate":"abc-123"}', ["ABC123"], '{"plate":"[plate]"}'],
    ["NBABC123", ["ABC123"], "NB[plate]"],
    ["ABC123 and XYZ9", ["XYZ9", "ABC123"], "[plate] and [plate]"],
    ["A1 is no zone, AA1 and A12 are.", ["A1"], "[plate] is no zone, AA1 and A12 are."],
    ["zone a-1", ["A1"], "zone [plate]"],
    ["ABC%20123, ABC%2D123, ABC+123", ["ABC123"], "[plate], [plate], [plate]"],
    ["ABC&nbsp;123 and ABC&#160;123", ["ABC123"], "[plate] and [plate]"],
    ['{"plate":"ABC\\u00a0123"}', ["ABC123"], '{"plate":"[plate]"}'],
    ["50%ABC123", ["ABC123"], "50%[plate]"],
    ["déjà GXÉ·204 là", ["GXE204"], "déjà [plate] là"],
    ["GXE\u0301204 là", ["GXE204"], "[plate] là"],
    ["Œ1 était: ŒUF1, oeuf1", ["OEUF1"], "Œ1 était: [plate], [plate]"],
    ["ＡＢＣ－１２３ and ABC١٢٣", ["ABC123"], "[plate] and [plate]"],
    ["ABC 123 – ABC – 123", ["ABC123"], "[plate] – [plate]"],
    ["ABCABC123", ["ABCABC", "ABC123"], "[plate]"],
    ["😀 A1 😀A1É", ["A1"], "😀 [plate] 😀A1É"],
    ["nothing here", ["ABC123"], "nothing here"],
    ["nothing here", [], "nothing here"],
  ])("%j without %j is %j", (text, numbers, masked) => {
    expect(maskPlates(text, numbers)).toBe(masked);
  });

  test("leaves no trace of a plate, wherever it is and however it is separated", () => {
    const words = fc.stringMatching(/^[a-z .,:"]{0,20}$/);
    const plate = fc.stringMatching(/^[A-Z0-9]{3,12}$/);
    fc.assert(
      fc.property(
        words,
        plate,
        fc.constantFrom("", " ", "-", " - ", ".", "·", "\u00a0", "%20", "&nbsp;"),
        words,
        (before, number, separator, after) => {
          const written = [...number].join(separator);
          const masked = maskPlates(`${before}${written.toLowerCase()}|${written}${after}`, [number]);
          const rest = masked
            .replaceAll("[plate]", "|")
            .replaceAll(separator || "|", separator === "" ? "|" : "")
            .toUpperCase()
            .replace(/[^A-Z0-9|]/g, "");
          expect(rest).not.toContain(number);
        },
      ),
      { seed: 1 },
    );
  });
});

describe("maskSecrets", () => {
  test("hides every occurrence, also of characters that are special in a pattern", () => {
    expect(maskSecrets("token a.b+c and a.b+c; axbxc", ["a.b+c"])).toBe("token [secret] and [secret]; axbxc");
  });

  test("does not hide values that are too short to be secrets", () => {
    expect(maskSecrets("abc", ["abc", ""])).toBe("abc");
  });
});

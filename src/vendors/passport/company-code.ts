import { fieldError, readText } from "../../core/fields.ts";
import { MAX_NAME_LENGTH } from "../../core/names/visible-name.ts";

/**
 * Passport's internal code of a company: `PASSPORT` and the company's name in upper-case letters and digits, for example
 * "Université de Moncton" → `PASSPORTUNIVERSITEDEMONCTON`. Accents are removed, œ and æ are written out, and every other
 * character than A–Z and 0–9 is dropped. It is a naming convention (documented by the set-up guide); no request carries it.
 *
 * @throws EnforcementError `invalid_input` when the name is no text, is longer than 1,000 characters, or has no
 * letter A–Z and no digit
 */
export function passportCompanyCode(name: string): string {
  const text = readText(name, "company name");
  if (text.length > MAX_NAME_LENGTH) {
    throw fieldError("company name", `must be at most ${MAX_NAME_LENGTH} characters long.`);
  }
  const letters = text
    .normalize("NFKC")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toUpperCase()
    .replace(/Œ/g, "OE")
    .replace(/Æ/g, "AE")
    .replace(/[^A-Z0-9]/g, "");
  if (letters === "") {
    throw fieldError(
      "company name",
      "must hold at least one letter A–Z or digit to make a Passport code of.",
    );
  }
  return `PASSPORT${letters}`;
}

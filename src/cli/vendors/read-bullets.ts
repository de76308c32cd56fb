import type { VendorList, VendorListForm } from "../../core/vendor/vendor-list.ts";
import type { TextFile } from "../input/read-file.ts";
import { describeDamage, type TextUse } from "../input/spreadsheet-damage.ts";
import { assertUsable, type Problem, UnusableInput } from "../unusable-input.ts";
import type { EntryList } from "./known-vendors.ts";

// "> - Lot A: 14283". A bullet makes an entry: without one, "Phone: 5065550100" would be an id.
const BULLET = /^(?:[-*•·‣▪●○–—]|\d{1,3}[.)])\s+/u;
const QUOTE = /^\s*(?:>\s*)*/;
const NOT_A_PLACE =
  /^(from|to|cc|bcc|date|sent|subject|reply-to|tel|telephone|phone|mobile|cell|fax|ext|ticket|case|order)\b/i;

/**
 * Reads a vendor's list from the text of an e-mail: an entry in each line with a bullet, `- Lot A: 14283`, among any other
 * prose. A name may hold colons; the id is what follows the last one. A line with a bullet that cannot be read, and one
 * without that looks like an entry, is a problem: a location left out here would be missing at the vendor.
 *
 * @throws UnusableInput naming each such line, or when there is no entry at all
 */
export function readBullets(
  { name: file, text }: TextFile,
  list: VendorList,
  keys: Extract<VendorListForm, { form: "bullets" }>,
): EntryList {
  const id = list.fields.find(({ key }) => key === keys.id);
  const wanted = { label: id?.label ?? keys.id, use: id?.use ?? "id" };
  if (/^content-transfer-encoding:\s*(base64|quoted-printable)\s*$/im.test(text)) {
    const message = "is the source of an e-mail. Copy the text that the mail shows into a file of its own.";
    throw new UnusableInput([{ place: { file }, message }]);
  }
  const problems: Problem[] = [];
  const entries = text.split(/\r\n|\n|\r/).flatMap((line, index) => {
    const place = { file, line: index + 1 };
    const content = line.replace(QUOTE, "").trimEnd();
    const reading = readLine(content, wanted);
    if ("problem" in reading) {
      const at = reading.about === undefined ? {} : { column: line.lastIndexOf(reading.about) + 1 };
      problems.push({ place: { ...place, ...at }, message: reading.problem });
    }
    if (!("id" in reading)) return [];
    return [{ place, value: { [keys.id]: reading.id, [keys.name]: reading.name } }];
  });
  assertUsable(problems);
  if (entries.length === 0) {
    throw new UnusableInput([{ place: { file }, message: 'has no line like "- Lot A: 14283".' }]);
  }
  return { entries, complete: true };
}

/** What the id is called, and what it is for. */
interface WantedId {
  readonly label: string;
  readonly use: TextUse;
}

type Reading =
  | { id: string; name: string }
  /** `about`: the part of the line that cannot be read, where it is one part. */
  | { problem: string; about?: string }
  | { prose: true };

function readLine(line: string, wanted: WantedId): Reading {
  const { label, use } = wanted;
  const bullet = BULLET.exec(line)?.[0];
  if (bullet === undefined) {
    if (!looksLikeEntry(line, wanted)) return { prose: true };
    const remedy = 'Put "- " in front if it is one; otherwise remove the line.';
    return { problem: `"${line.trim()}" looks like an entry. ${remedy}` };
  }
  const content = line.slice(bullet.length);
  // An error value of LibreOffice holds a colon of its own.
  const end = /\bErr:5\d\d$/.exec(content)?.index ?? content.length;
  const colon = content.lastIndexOf(":", end - 1);
  const [name, id] = [content.slice(0, Math.max(colon, 0)).trim(), content.slice(colon + 1).trim()];
  if (colon === -1) return { problem: `"${content}" has no colon between name and ${label}.` };
  if (name === "") return { problem: `"${content}" has no name before the colon.` };
  if (id === "") return { problem: `"${content}" has no ${label} after the colon.` };
  const damage = describeDamage(id, use, label);
  if (damage !== undefined) return { problem: damage, about: id };
  const damagedName = describeDamage(name, "name", "name");
  if (damagedName !== undefined) return { problem: damagedName, about: name };
  if (/\s/.test(id) || !/\d/.test(id)) {
    return { problem: `"${id}" is no ${label}: after the colon stands the ${label} alone, such as 14283.` };
  }
  return { id, name };
}

/** A short name, a colon and something with a digit, or that was one, alone in its line. */
function looksLikeEntry(line: string, { label, use }: WantedId): boolean {
  const [, value] = /^[^:]{1,80}:\s*(\S.*)$/.exec(line) ?? [];
  if (value === undefined || NOT_A_PLACE.test(line.trim())) return false;
  return (
    /^[\p{L}\p{Cf}\d-]*\d[\p{L}\p{Cf}\d-]*[.,;]?$/u.test(value) ||
    describeDamage(value, use, label) !== undefined
  );
}

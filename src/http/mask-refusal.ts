import { maskPlates, maskSecrets } from "../core/permit/plate-mask.ts";
import type { VendorRefusal } from "./reply.ts";

// What is kept, and what is read for it: a megabyte of words, masked for a hundred plates, would hold the process up.
const MAX_WORDS = 500;
const MAX_READ = 4_096;

/** A secret in the forms in which a vendor that repeats a request may write it. */
function formsOf(secret: string): string[] {
  // Half of a surrogate pair cannot be encoded; a request carries U+FFFD in its place.
  const bare = secret.trim().toWellFormed();
  const encoded = encodeURIComponent(bare);
  const inForm = new URLSearchParams([["", bare]]).toString().slice(1);
  const inJson = JSON.stringify(bare).slice(1, -1);
  const forms = [
    secret,
    bare,
    encoded,
    inForm,
    inJson,
    inJson.replaceAll("/", "\\/"),
    inJson.replace(/[^ -~]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`),
    bare.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;"),
    btoa(String.fromCharCode(...new TextEncoder().encode(bare))),
  ];
  const lowered = [encoded, inForm].map((form) =>
    form.replace(/%[0-9A-F]{2}/g, (part) => part.toLowerCase()),
  );
  // The longest first: what another form is a part of is not left half hidden.
  return [...new Set([...forms, ...lowered])].sort((one, other) => other.length - one.length);
}

/** A vendor's words as they may be kept: plates and secrets hidden, at most 500 characters. */
export function maskRefusal(
  refusal: VendorRefusal,
  plateNumbers: readonly string[],
  secrets: readonly string[] = [],
): VendorRefusal {
  const hidden = secrets.flatMap(formsOf);
  const longest = Math.max(0, ...hidden.map(({ length }) => length), ...plateNumbers.map(spacedLength));
  const mask = (words: string | undefined): string | undefined => {
    if (words === undefined) return undefined;
    const readable = MAX_READ + 2 * longest;
    const masked = maskPlates(maskSecrets(words.slice(0, readable), hidden), plateNumbers);
    // What begins before the cut and ends behind it is not recognised, so nothing of that length is kept before it.
    const kept = words.length > readable ? masked.slice(0, Math.max(0, masked.length - longest)) : masked;
    return kept.slice(0, MAX_WORDS);
  };
  return { ...refusal, vendorCode: mask(refusal.vendorCode), vendorMessage: mask(refusal.vendorMessage) };
}

/** Up to three separators, each of up to ten characters, may stand between two of a plate, see `maskPlates`. */
function spacedLength({ length }: string): number {
  return length * 31;
}

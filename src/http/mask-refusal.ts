import { maskPlates, maskSecrets } from "../core/permit/plate-mask.ts";
import type { VendorRefusal } from "./reply.ts";

// Characters that are kept, and characters that are read: masking a megabyte for a hundred plates would block the process.
const MAX_KEPT_CHARACTERS = 500;
const MAX_READ_CHARACTERS = 4_096;

/** The encodings of a secret that a vendor may use when it echoes a request. */
function formsOf(secret: string): string[] {
  // A lone surrogate cannot be encoded; a request carries U+FFFD instead.
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
  // The longest form first: a form that contains a shorter one must not stay half visible.
  return [...new Set([...forms, ...lowered])].sort((one, other) => other.length - one.length);
}

/** A vendor's code and message with plates and secrets masked, cut to 500 characters each. */
export function maskRefusal(
  refusal: VendorRefusal,
  plateNumbers: readonly string[],
  secrets: readonly string[] = [],
): VendorRefusal {
  const hidden = secrets.flatMap(formsOf);
  const longest = Math.max(0, ...hidden.map(({ length }) => length), ...plateNumbers.map(spacedLength));
  const mask = (words: string | undefined): string | undefined => {
    if (words === undefined) return undefined;
    const readable = MAX_READ_CHARACTERS + 2 * longest;
    const masked = maskPlates(maskSecrets(words.slice(0, readable), hidden), plateNumbers);
    // A plate or secret that the cut splits is not recognised, so the longest one's length is dropped before the cut.
    const kept = words.length > readable ? masked.slice(0, Math.max(0, masked.length - longest)) : masked;
    return kept.slice(0, MAX_KEPT_CHARACTERS);
  };
  return { ...refusal, vendorCode: mask(refusal.vendorCode), vendorMessage: mask(refusal.vendorMessage) };
}

/** The longest spelling of a plate: `maskPlates` allows three separators of ten characters each between two letters. */
function spacedLength({ length }: string): number {
  return length * 31;
}

import { maskPlates, maskSecrets } from "../core/plate-mask.ts";
import type { VendorRefusal } from "./reply.ts";

const MAX_WORDS = 500;

/** A secret in the forms in which a vendor that repeats a request may write it. */
function formsOf(secret: string): string[] {
  const encoded = encodeURIComponent(secret);
  const inForm = new URLSearchParams([["", secret]]).toString().slice(1);
  return [secret, encoded, inForm, JSON.stringify(secret).slice(1, -1)];
}

/** A vendor's words as they may be kept: plates and secrets hidden, at most 500 characters. */
export function maskRefusal(
  refusal: VendorRefusal,
  plateNumbers: readonly string[],
  secrets: readonly string[] = [],
): VendorRefusal {
  const hidden = secrets.flatMap(formsOf);
  const mask = (words: string | undefined): string | undefined =>
    words === undefined
      ? undefined
      : maskPlates(maskSecrets(words, hidden), plateNumbers).slice(0, MAX_WORDS);
  return { ...refusal, vendorCode: mask(refusal.vendorCode), vendorMessage: mask(refusal.vendorMessage) };
}

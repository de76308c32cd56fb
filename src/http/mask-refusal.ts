import { maskPlates, maskSecrets } from "../core/plate-mask.ts";
import type { VendorRefusal } from "./reply.ts";

const MAX_WORDS = 500;

/** A vendor's words as they may be kept: plates and secrets hidden, at most 500 characters. */
export function maskRefusal(
  refusal: VendorRefusal,
  plateNumbers: readonly string[],
  secrets: readonly string[] = [],
): VendorRefusal {
  const mask = (words: string | undefined): string | undefined =>
    words === undefined
      ? undefined
      : maskSecrets(maskPlates(words, plateNumbers), secrets).slice(0, MAX_WORDS);
  return { vendorCode: mask(refusal.vendorCode), vendorMessage: mask(refusal.vendorMessage) };
}

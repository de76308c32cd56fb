/** Longest body that is read, in bytes. A lookup is well under one kilobyte. */
export const MAX_BODY_BYTES = 16 * 1024;

/**
 * Why there is no body text. `too_large`: more than 16 KiB. `consumed`: something before the mount read it and left
 * nothing. `unreadable`: no UTF-8, or nested too deep to be written out again. `late`: not there yet when the lookup's
 * deadline had passed.
 */
export type BodyProblem = "too_large" | "consumed" | "unreadable" | "late";

/** A body, or why there is none. */
export type ReadBody =
  | { readonly text: string; readonly problem?: undefined }
  | { readonly text?: undefined; readonly problem: BodyProblem };

const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true });

/** Whether a text is longer than {@link MAX_BODY_BYTES} in UTF-8. */
export function isTooLarge(text: string): boolean {
  // No character takes more than three bytes for each of its code units.
  return text.length * 3 > MAX_BODY_BYTES && Buffer.byteLength(text) > MAX_BODY_BYTES;
}

/** Whether the sender announced more than {@link MAX_BODY_BYTES}. */
export function isAnnouncedTooLarge(contentLength: string | null | undefined): boolean {
  return Number(contentLength ?? 0) > MAX_BODY_BYTES;
}

/** Bytes as text. Bytes that are no UTF-8 are a problem, never a replacement character inside a plate. */
export function decodeBody(chunks: readonly Uint8Array[]): ReadBody {
  const [first] = chunks;
  const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
  if (bytes.byteLength > MAX_BODY_BYTES) return { problem: "too_large" };
  try {
    return { text: STRICT_UTF8.decode(bytes) };
  } catch {
    return { problem: "unreadable" };
  }
}

/** What lenient decoders put where bytes are no UTF-8. */
const REPLACEMENT = "\ufffd";

/**
 * The body that a framework has already read, as text again: text and bytes as they are, anything parsed as JSON, null too.
 * `undefined` when it has read none.
 *
 * Frameworks decode leniently: of bytes that are no UTF-8 they leave U+FFFD. A body that holds one is taken for such
 * bytes, as the mounts refuse them that read a body themselves.
 */
export function toBodyText(parsed: unknown): ReadBody | undefined {
  if (parsed === undefined) return undefined;
  // Not `instanceof`: under Jest, a Buffer is a Uint8Array of another realm.
  if (ArrayBuffer.isView(parsed)) {
    return decodeBody([new Uint8Array(parsed.buffer, parsed.byteOffset, parsed.byteLength)]);
  }
  try {
    const text = typeof parsed === "string" ? parsed : JSON.stringify(parsed);
    if (typeof text !== "string") return undefined;
    if (isTooLarge(text)) return { problem: "too_large" };
    // A byte order mark goes, as where we decode.
    return text.includes(REPLACEMENT) ? { problem: "unreadable" } : { text: text.replace(/^\ufeff/, "") };
  } catch {
    return { problem: "unreadable" };
  }
}

// The three formats of RFC 9110 §5.6.7, all in GMT: IMF-fixdate and RFC 850 name it, asctime does not.
const WITH_ZONE = /^[A-Z][a-z]{2,8}, \d\d[ -][A-Z][a-z]{2}[ -]\d{2,4} \d\d:\d\d:\d\d GMT$/;
const WITHOUT_ZONE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/;

/**
 * Parses a `Retry-After` header (RFC 9110 §10.2.3): seconds, or a date.
 *
 * @returns milliseconds from `now`; 0 for a date in the past; `undefined` when the header is absent or cannot be parsed
 */
export function parseRetryAfter(header: string | null, now: Date): number | undefined {
  const text = header?.trim() ?? "";
  // Capped to a safe integer: a longer number would become Infinity, which JSON cannot hold.
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text) * 1000), Number.MAX_SAFE_INTEGER);
  const date = findDate(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}

// Date.parse alone accepts many other texts, and reads a date without a time zone as local time.
function findDate(text: string): number {
  if (WITH_ZONE.test(text)) return Date.parse(text);
  return WITHOUT_ZONE.test(text) ? Date.parse(`${text} GMT`) : Number.NaN;
}

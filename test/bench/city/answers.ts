/** No permit: the right answer about a plate that has none. */
export const NO_PERMIT = -1;
/** The reply was anything but 200 with one permit or none. */
export const FAILED = -2;

const DAYS = 4_096;

/** An answer of the lookup as one number: the permit and the day on which it ends, null where it has no end. */
export function answerCode(permit: number, endDay: number | null): number {
  return permit * DAYS + (endDay ?? DAYS - 1);
}

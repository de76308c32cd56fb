/** How two names differ. */
export interface NameDifference {
  readonly expected: string;
  readonly actual: string;
}

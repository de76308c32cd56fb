/** Whether this is `npm run test:full`. */
export const isFullRun = process.env["TEST_FULL"] === "1";

/**
 * How much of something a test does: `quick` in `npm test`, `full` in `npm run test:full`, and whatever the environment
 * variable says where it is set.
 */
export function suiteSize(variable: string, { quick, full }: { quick: number; full: number }): number {
  const given = process.env[variable];
  if (given !== undefined) return Number(given);
  return isFullRun ? full : quick;
}

/** Runs something and tells how much of the processors' time it took, in milliseconds: waiting for others does not count. */
export function cpuTime(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/**
 * Maps `inputs` with at most `limit` tasks at once, started in order. Results have the order of the inputs. No task is
 * started after a failure.
 */
export async function mapLimited<Input, Result>(
  inputs: readonly Input[],
  limit: number,
  task: (input: Input, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = inputs.entries();
  let failed = false;
  const worker = async () => {
    // All workers share one iterator.
    for (const [index, input] of queue) {
      if (failed) return;
      try {
        results[index] = await task(input, index);
      } catch (thrown) {
        failed = true;
        throw thrown;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, inputs.length) }, worker));
  return results;
}

/**
 * Maps with at most `limit` tasks under way, started in order; the results come in the order of the inputs. After a
 * failure no further task is started.
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
    // All workers draw from the same iterator.
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

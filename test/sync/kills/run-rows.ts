// Rows wait for processes to start and for pauses to end; more of them at once would only slow each other down.
const AT_ONCE = 2;

/** Runs every row, some at the same time. When one fails, no other begins, and what it threw is thrown. */
export async function runRows<Row>(rows: readonly Row[], run: (row: Row) => Promise<void>): Promise<void> {
  const left = rows.values();
  const failures: unknown[] = [];
  const work = async () => {
    for (const row of left) {
      if (failures.length > 0) return;
      await run(row).catch((thrown: unknown) => failures.push(thrown));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (failures.length > 0) throw failures[0];
}

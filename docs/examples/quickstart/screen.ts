import { styleText } from "node:util";

/** A heading of the run. */
export function heading(text: string): void {
  console.log(`\n${styleText("bold", text)}`);
}

/** Rows of text in columns. */
export function table(rows: readonly (readonly (string | number)[])[]): void {
  const cells = rows.map((row) => row.map(String));
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  for (const [index, row] of cells.entries()) {
    const line = row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
    console.log(`  ${index === 0 ? styleText("dim", line) : line}`);
  }
}

/** A progress bar on a terminal, and plain lines for every quarter elsewhere. */
export function progress(label: string, total: number): { advance(by: number): void } {
  const { stdout } = process;
  const steps = stdout.isTTY ? 30 : 4;
  let done = 0;
  let shown = 0;
  return {
    advance(by) {
      done += by;
      const step = Math.floor((total === 0 ? 1 : done / total) * steps);
      if (step === shown) return;
      shown = step;
      if (!stdout.isTTY) return console.log(`  ${label} ${done}/${total}`);
      const end = step === steps ? "\n" : "";
      stdout.write(`\r  ${label} ${"█".repeat(step)}${"░".repeat(steps - step)} ${done}/${total}${end}`);
    },
  };
}

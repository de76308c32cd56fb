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
  let done = 0;
  let printedQuarters = 0;
  return {
    advance(by) {
      done += by;
      const share = total === 0 ? 1 : done / total;
      if (stdout.isTTY) {
        const filled = Math.round(share * 30);
        stdout.write(`\r  ${label} ${"█".repeat(filled)}${"░".repeat(30 - filled)} ${done}/${total}`);
        if (done >= total) stdout.write("\n");
        return;
      }
      const quarters = Math.floor(share * 4);
      if (quarters > printedQuarters) console.log(`  ${label} ${done}/${total}`);
      printedQuarters = Math.max(printedQuarters, quarters);
    },
  };
}

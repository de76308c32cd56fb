import type { Terminal } from "../command.ts";
import type { Mark } from "../report/report.ts";
import { paint } from "./paint.ts";
import { wrap } from "./wrap.ts";

type Place = Pick<Terminal, "printError" | "errors">;

/** Prints a message on standard error, on lines that fit. What it names was made visible before. */
export function printMessage({ printError, errors }: Place, text: string, mark?: Mark): void {
  const shown = mark === undefined ? text : paint(text, mark, errors);
  printError(`${wrap(shown, { width: errors.width, hang: "  " })}\n`);
}

/** Prints a warning, which does not end the command. */
export function printWarning(terminal: Place, text: string): void {
  printMessage(terminal, `${paint("warning:", "attention", terminal.errors)} ${text}`);
}

import { clearLine, cursorTo } from "node:readline";
import type { Terminal } from "../command.ts";
import type { OutputStream } from "./screen.ts";
import { columnsOf } from "./wrap.ts";

/** A line that is shown while a command works, and is gone before anything else is printed. */
export interface ProgressLine {
  /** Shows a text in place of the last one. */
  show(text: string): void;
  clear(): void;
}

/** Creates a progress line. Where the stream is no terminal, or one that cannot go back in a line, nothing is shown. */
export function createProgressLine(stream: OutputStream, environment: Terminal["environment"]): ProgressLine {
  const isAble = stream.isTTY === true && environment["TERM"] !== "dumb";
  let isShown = false;
  const clear = () => {
    if (!isShown) return;
    cursorTo(stream, 0);
    clearLine(stream, 0);
    isShown = false;
  };
  return {
    show(text) {
      if (!isAble) return;
      clear();
      stream.write(clip(text, (stream.columns || 80) - 1));
      isShown = true;
    },
    clear,
  };
}

/** A line that were broken at the end of the window could not be cleared. */
function clip(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let clipped = "";
  for (const character of text) {
    if (columnsOf(clipped + character) > columns - 1) break;
    clipped += character;
  }
  return `${clipped}…`;
}

import { styleText } from "node:util";
import type { Screen } from "../command.ts";

/** A stream of the process. */
export type OutputStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
};

/** Lines that are longer than this are hard to read, however wide the terminal is. */
const WIDEST = 100;

/** The width of a report that a pipe or a file takes, and of a terminal that does not tell its own. */
export const USUAL_WIDTH = 80;

const NARROWEST = 20;

/**
 * What a stream shows. Whether there are colours, Node decides: on terminals, unless `NO_COLOR` is set or `TERM` is `dumb`;
 * `FORCE_COLOR` overrides all of it.
 *
 * @param unshown the width where the stream is no terminal
 */
export function describeScreen(stream: OutputStream, unshown: number): Screen {
  return {
    // A window may become wider or narrower while a command waits.
    get width() {
      if (stream.isTTY !== true) return unshown;
      // A terminal that does not know its width says 0.
      return Math.max(NARROWEST, Math.min(stream.columns || USUAL_WIDTH, WIDEST));
    },
    colours: styleText("red", "text", { stream }) !== "text",
  };
}

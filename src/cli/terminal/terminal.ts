import type { Terminal } from "../command.ts";
import { createProgressLine } from "./progress-line.ts";
import { createPrompt } from "./prompt.ts";
import { describeScreen, type OutputStream, USUAL_WIDTH } from "./screen.ts";

/** The streams of a process, and what else its commands use. */
export interface TerminalOptions
  extends Pick<Terminal, "input" | "environment" | "clock" | "monotonic" | "signal"> {
  readonly streams: {
    readonly input: NodeJS.ReadableStream;
    readonly output: OutputStream;
    readonly errors: OutputStream;
  };
}

/**
 * The terminal of a process. Reports take the width of the terminal, at most 100 columns, and 80 where standard output is none:
 * what a pipe gets does not depend on a window. Messages take the width of the terminal too; where standard error is none, each
 * is one line, as programs read them.
 *
 * Whether there are colours, Node decides for each stream: on terminals, unless `NO_COLOR` is set or `TERM` is `dumb`;
 * `FORCE_COLOR` overrides all of it.
 */
export function createTerminal({ streams, ...given }: TerminalOptions): Terminal & { close(): void } {
  const { output, errors } = streams;
  const prompt = createPrompt({ input: streams.input, output: errors });
  const progress = createProgressLine(errors, given.environment);
  return {
    ...given,
    print(text) {
      progress.clear();
      output.write(text);
    },
    printError(text) {
      progress.clear();
      errors.write(text);
    },
    showProgress: progress.show,
    output: describeScreen(output, USUAL_WIDTH),
    errors: describeScreen(errors, Number.POSITIVE_INFINITY),
    async ask(question, signal) {
      progress.clear();
      return prompt.ask(question, signal);
    },
    close() {
      progress.clear();
      prompt.close();
    },
  };
}

import { createInterface, type Interface } from "node:readline";
import { raceAbort } from "../../core/timers.ts";

/** Asks the person at the terminal, or takes the answers from the lines of a pipe. */
export interface Prompt {
  /** The next line of the input; `undefined` when there is none any more, or when the signal aborts. */
  ask(question: string, signal: AbortSignal): Promise<string | undefined>;
  /** Closes the input, so that the process can end. */
  close(): void;
}

/** Creates a prompt. The input is not touched before the first question. */
export function createPrompt(streams: {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
}): Prompt {
  let lines: Interface | undefined;
  let iterator: AsyncIterator<string> | undefined;
  /** The next line, requested by the last question; kept when that question was given up. */
  let awaited: Promise<IteratorResult<string>> | undefined;
  return {
    async ask(question, signal) {
      // Without an output of its own the interface echoes nothing; the question is written as it is.
      lines ??= createInterface({ input: streams.input });
      // One iterator for all questions: it keeps lines that came early.
      iterator ??= lines[Symbol.asyncIterator]();
      streams.output.write(question);
      awaited ??= iterator.next();
      const line = awaited;
      const next = await raceAbort(line, signal).catch((thrown: unknown) => {
        if (!signal.aborted) throw thrown;
        return undefined;
      });
      if (next === undefined) {
        // A late answer to a question that was given up must not count for the next question. A line that is typed
        // after the next question was asked does.
        void line.then(() => {
          if (awaited === line) awaited = undefined;
        });
        return undefined;
      }
      awaited = undefined;
      if (!next.done) return next.value;
      // The input ended without a line break after the question.
      streams.output.write("\n");
      return undefined;
    },
    close: () => lines?.close(),
  };
}

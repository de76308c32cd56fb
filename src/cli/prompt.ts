import { createInterface, type Interface } from "node:readline";

/** Questions to whoever sits at the terminal, or to the lines of a pipe. */
export interface Prompt {
  /** The next line of the input; `undefined` when there is none any more, or when the signal aborts. */
  ask(question: string, signal: AbortSignal): Promise<string | undefined>;
  /** Lets go of the input, so that the process can end. */
  close(): void;
}

/** Creates a prompt. The input is not touched before the first question. */
export function createPrompt(streams: {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
}): Prompt {
  let lines: Interface | undefined;
  let iterator: AsyncIterator<string> | undefined;
  return {
    async ask(question, signal) {
      // Without an output of its own the interface echoes nothing; the question is written as it is.
      lines ??= createInterface({ input: streams.input });
      // One iterator for all questions: it keeps lines that came early.
      iterator ??= lines[Symbol.asyncIterator]();
      streams.output.write(question);
      const next = await Promise.race([iterator.next(), untilAborted(signal)]);
      return next === undefined || next.done ? undefined : next.value;
    },
    close: () => lines?.close(),
  };
}

async function untilAborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return undefined;
  return await new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}

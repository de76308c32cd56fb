import { PassThrough } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createPrompt } from "../../../src/cli/terminal/prompt.ts";

function sit() {
  const [input, output] = [new PassThrough(), new PassThrough({ encoding: "utf8" })];
  return { input, output, prompt: createPrompt({ input, output }) };
}

const never = () => new AbortController().signal;

describe("a prompt", () => {
  it("asks one question after the other, also when the answers came early", async () => {
    const { input, output, prompt } = sit();
    input.write("y\nno\n");
    expect(await prompt.ask("First? ", never())).toBe("y");
    expect(await prompt.ask("Second? ", never())).toBe("no");
    expect(output.read()).toBe("First? Second? ");
    prompt.close();
  });

  it("has no answer once the input has ended", async () => {
    const { input, output, prompt } = sit();
    input.end("y");
    expect(await prompt.ask("First? ", never())).toBe("y");
    expect(await prompt.ask("Second? ", never())).toBeUndefined();
    expect(await prompt.ask("Third? ", never())).toBeUndefined();
    // Later output begins on a new line.
    expect(output.read()).toBe("First? Second? \nThird? \n");
  });

  it("passes each line to the question that was open when it was typed", async () => {
    const { input, prompt } = sit();
    const stop = new AbortController();
    const first = prompt.ask("First? ", stop.signal);
    await turn();
    stop.abort();
    expect(await first).toBeUndefined();
    expect(await prompt.ask("Given up? ", stop.signal)).toBeUndefined();
    const second = prompt.ask("Second? ", never());
    await turn();
    input.write("for the second\n");
    expect(await second).toBe("for the second");
    prompt.close();
  });

  it("counts a late answer as none, not as one to the next question", async () => {
    const { input, prompt } = sit();
    const stop = new AbortController();
    const first = prompt.ask("First? ", stop.signal);
    await turn();
    stop.abort();
    expect(await first).toBeUndefined();
    input.write("late\n");
    await turn();
    const second = prompt.ask("Second? ", never());
    await turn();
    input.write("for the second\n");
    expect(await second).toBe("for the second");
    prompt.close();
  });

  it("leaves no listener on a signal that all questions share", async () => {
    const { input, prompt } = sit();
    const { signal } = new AbortController();
    let listening = 0;
    const count = (change: number) => () => (listening += change);
    const [added, removed] = [count(1), count(-1)];
    const watched = new Proxy(signal, {
      get(target, key) {
        const value = Reflect.get(target, key, target);
        if (key === "addEventListener") added();
        if (key === "removeEventListener") removed();
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    for (const line of ["a", "b", "c"]) {
      input.write(`${line}\n`);
      expect(await prompt.ask("? ", watched)).toBe(line);
    }
    expect(listening).toBe(0);
    prompt.close();
  });
});

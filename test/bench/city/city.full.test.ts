import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const WITHIN_MS = 20 * 60_000;

// Only what is wrong on every machine counts here: without --assert, figures of time and memory are shown and no more.
describe.each(["sqlite", "postgres"])("a day of a small city over %s", (ledger) => {
  it("gives officers no wrong answer, loses nothing, registers nothing twice, and delivers everything after the outage", {
    timeout: WITHIN_MS,
  }, async () => {
    const { code, output } = await run(["--quick", "--kill", "--ledger", ledger]);
    expect(output, `It ended with ${code}.`).toContain("wrong answers to officers");
    expect(output).not.toContain("WRONG");
    expect(code, output).toBe(0);
  });
});

function run(flags: readonly string[]): Promise<{ code: unknown; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...flags], { timeout: WITHIN_MS }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? error.signal), output: `${stdout}${stderr}` }),
    );
  });
}

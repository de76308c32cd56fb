#!/usr/bin/env node
import { fstatSync, readFileSync } from "node:fs";
import process from "node:process";
import { systemClock } from "../core/clock.ts";
import { systemTimers } from "../core/timers.ts";
import type { InputKind } from "./command.ts";
import { run } from "./run.ts";
import { createTerminal } from "./terminal/terminal.ts";

// The bin. The only file that reads the process: arguments, environment, streams, signals.

const STANDARD_INPUT = 0;

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (!stop.signal.aborted) return stop.abort(signal);
    // A second one ends the process at once, but not while a report is written: this handler waits for that.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
// A reader such as `head` may close its end before everything is written.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

const terminal = createTerminal({
  streams: { input: process.stdin, output: process.stdout, errors: process.stderr },
  input: findInputKind(),
  environment: process.env,
  clock: systemClock,
  monotonic: systemTimers.monotonic,
  signal: stop.signal,
});
process.exitCode = await run(process.argv.slice(2), terminal, readVersion());
terminal.close();

/** What standard input is, found out without reading any of it. */
function findInputKind(): InputKind {
  if (process.stdin.isTTY) return "terminal";
  try {
    const input = fstatSync(STANDARD_INPUT);
    return input.isFIFO() || input.isSocket() || input.isFile() ? "pipe" : "none";
  } catch {
    return "none";
  }
}

/** Both `src/cli/main.ts` and `dist/cli.js` lie below package.json, at different depths. */
function readVersion(): string {
  for (const path of ["../package.json", "../../package.json"]) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
      if (manifest.name === "@offstreet/enforcement") return String(manifest.version);
    } catch {
      // The other of the two exists.
    }
  }
  return "unknown";
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { RunningHost } from "../lookup/hosts/host.ts";
import { type HostEvent, Journal } from "../lookup/hosts/journal.ts";
import { CONSUMED_PATHNAME, PATHNAME } from "../lookup/hosts/served-lookup.ts";

/** A server in a process of its own. It reports what happens inside it as lines of output; see fetch-app.ts. */
export async function openChild(
  command: readonly [program: string, ...programArguments: string[]],
  options: {
    readOrigin?: (line: string) => string | undefined;
    environment?: Readonly<Record<string, string>>;
  } = {},
): Promise<RunningHost> {
  const [program, ...programArguments] = command;
  const environment = {
    ...process.env,
    NEXT_TELEMETRY_DISABLED: "1",
    NODE_ENV: "production",
    ...options.environment,
  };
  const child = spawn(program, programArguments, { cwd: import.meta.dirname, env: environment });
  const journal = new Journal();
  const output: string[] = [];
  let isReady = false;
  const origin = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on("line", (line) => {
      output.push(line);
      const event = line.startsWith("@@") ? JSON.parse(line.slice(2)) : undefined;
      const origin = event?.type === "ready" ? event.origin : options.readOrigin?.(line);
      if (origin !== undefined) resolve(origin);
      else if (event !== undefined) journal.report(event as HostEvent);
    });
    createInterface(child.stderr).on("line", (line) => {
      output.push(line);
      if (isReady) journal.report({ type: "fault", message: line });
    });
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`It ended with ${code}:\n${output.join("\n")}`)));
  });
  isReady = true;
  return {
    url: origin + PATHNAME,
    consumedUrl: origin + CONSUMED_PATHNAME,
    journal,
    async close() {
      if (child.exitCode !== null) return;
      const ended = once(child, "exit");
      child.kill();
      await ended;
    },
  };
}

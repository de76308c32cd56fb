import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { LookupHost } from "../lookup/hosts/host.ts";
import { openChild } from "./child-host.ts";

const run = promisify(execFile);
const modules = join(import.meta.dirname, "node_modules");

export const bun: LookupHost = {
  name: "Bun",
  // Once, the waiting lookup was reported to the test only after Bun had answered it, a minute later. The same lookup,
  // repeated 7,500 times in a row, did not reproduce this.
  traits: { retries: { disconnect: 1 } },
  open: () => openChild([join(modules, ".bin/bun"), "bun-server.ts"]),
};

export const deno: LookupHost = {
  name: "Deno",
  traits: {
    skips: {
      "pipelining behind a refusal":
        "it closes a connection on which a body was refused unread, as HTTP allows",
    },
  },
  open: () =>
    openChild([
      join(modules, ".bin/deno"),
      "run",
      "--allow-all",
      "--no-check",
      "--unstable-no-legacy-abort",
      "deno-server.ts",
    ]),
};

/** A production build, served by `next start`. */
export const next: LookupHost = {
  name: "Next.js route handler",
  traits: { chunks: true },
  async open() {
    const cli = join(modules, "next/dist/bin/next");
    const environment = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" };
    await run(process.execPath, [cli, "build", "next"], { cwd: import.meta.dirname, env: environment });
    return openChild([process.execPath, cli, "start", "next", "--hostname", "127.0.0.1", "--port", "0"], {
      readOrigin: (line) => /Local: +(http:\/\/\S+)/.exec(line)?.[1],
    });
  },
};

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { openChild } from "./child-host.ts";

const run = promisify(execFile);
const cli = join(import.meta.dirname, "node_modules/next/dist/bin/next");
const WITHIN_MS = 900_000;

describe("Next.js", () => {
  it.each(["turbopack", "webpack"])(
    "runs an embedded ledger inside its bundles, built by %s",
    async (builder) => {
      const environment = {
        ...process.env,
        BUILDER: builder,
        NEXT_TELEMETRY_DISABLED: "1",
        NODE_ENV: "production" as const,
      };
      await run(process.execPath, [cli, "build", "next-ledger", `--${builder}`], {
        cwd: import.meta.dirname,
        env: environment,
      });
      const started = [
        process.execPath,
        cli,
        "start",
        "next-ledger",
        "--hostname",
        "127.0.0.1",
        "--port",
        "0",
      ] as const;
      const host = await openChild(started, {
        readOrigin: (line) => /Local: +(http:\/\/\S+)/.exec(line)?.[1],
        environment: { BUILDER: builder },
      });
      try {
        const reply = await fetch(new URL("/carry", host.url));
        expect([reply.status, await reply.text()]).toEqual([200, "registered 1, answered 200 P-1"]);
      } finally {
        await host.close();
      }
    },
    WITHIN_MS,
  );
});

import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type PostgresProcess, startPostgres } from "../process.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The socket on which a test file asks for the server. */
    postgresServer: string;
  }
}

let folder: string | undefined;
let server: Server | undefined;
let postgres: Promise<PostgresProcess> | undefined;

/**
 * One PostgreSQL for a whole run of the tests, started when a test file first asks for it: most runs are of files that
 * need none. Vitest calls this before the first file.
 */
export async function setup(project: TestProject): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), "enforcement-ask-"));
  const path = join(folder, "socket");
  server = createServer((socket) => {
    socket.on("error", () => {});
    postgres ??= startPostgres();
    postgres.then(
      ({ host }) => socket.end(JSON.stringify({ host })),
      (error: Error) => socket.end(JSON.stringify({ error: error.message })),
    );
  });
  server.unref();
  await new Promise<void>((resolve) => server?.listen(path, resolve));
  project.provide("postgresServer", path);
}

/** Vitest calls this after the last file, also when tests failed. */
export async function teardown(): Promise<void> {
  server?.close();
  await postgres?.then(
    (running) => running.stop(),
    () => {},
  );
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}

import { EventEmitter } from "node:events";
import type pg from "pg";
import type { PostgresClient, PostgresPool, PostgresResult } from "../../../../src/sync/postgres/index.ts";

/**
 * A pool behind a pooler in transaction mode, as PgBouncer has it: each transaction runs on whichever connection is free,
 * and what the server says between two transactions reaches no client.
 */
export function poolBehindPooler(servers: pg.Pool): PostgresPool {
  async function runAlone(text: string, values?: unknown[], client?: EventEmitter): Promise<PostgresResult> {
    const server = await servers.connect();
    const forward = (message: unknown) => client?.emit("notification", message);
    server.on("notification", forward);
    try {
      return await server.query(text, values);
    } finally {
      server.removeListener("notification", forward);
      server.release();
    }
  }

  function createClient(): PostgresClient {
    const client = new EventEmitter();
    let server: pg.PoolClient | undefined;
    return Object.assign(client, {
      async query(text: string, values?: unknown[]): Promise<PostgresResult> {
        if (server === undefined && !/^\s*BEGIN/i.test(text)) return runAlone(text, values, client);
        server ??= await servers.connect();
        const result = await server.query(text, values);
        if (/^\s*(COMMIT|ROLLBACK(?! TO))/i.test(text)) {
          server.release();
          server = undefined;
        }
        return result;
      },
      release() {
        server?.release(true);
        server = undefined;
      },
    });
  }

  const events = new EventEmitter();
  return {
    query: (text, values) => runAlone(text, values),
    connect: (callback) => callback(undefined, createClient()),
    on: (event, listener) => events.on(event, listener),
    removeListener: (event, listener) => events.removeListener(event, listener),
  };
}

import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";
import { join } from "node:path";
import pg from "pg";
import type { TestDatabase } from "./database.ts";

/** Stands between `pg` and PostgreSQL, and may swallow what passes: no connection is closed or reset. */
export interface SilentProxy {
  /** A pool whose connections go through it. */
  createPool(options?: pg.PoolConfig): pg.Pool;
  /**
   * From now on drops the data of all present connections, in both directions, or only PostgreSQL's answers.
   * New connections are well.
   */
  silence(direction?: "both" | "answers"): void;
  /** Swallows what PostgreSQL answers to the next statement that holds this text, and all that it says on that connection. */
  silenceAfter(text: string): void;
  /** New connections are accepted and never answered, until it is called with false. */
  silenceNew(isSilent: boolean): void;
  /** How many pieces were swallowed. */
  readonly swallowed: number;
  close(): Promise<void>;
}

interface Passage {
  readonly sockets: readonly [client: Socket, server: Socket];
  swallows: "nothing" | "both" | "answers";
}

/** Listens on this machine, in front of the server of a database. */
export async function createSilentProxy({ connection }: TestDatabase): Promise<SilentProxy> {
  const passages = new Set<Passage>();
  const pools: pg.Pool[] = [];
  let isNewSilent = false;
  let silencedBy: string | undefined;
  let swallowed = 0;
  const server = createServer((client) => {
    const passage: Passage = {
      sockets: [client, createConnection(join(connection.host, ".s.PGSQL.5432"))],
      swallows: isNewSilent ? "both" : "nothing",
    };
    const [, upstream] = passage.sockets;
    passages.add(passage);
    const pass = (from: Socket, to: Socket, direction: "questions" | "answers") => {
      from.on("error", () => {});
      from.on("data", (data) => {
        if (direction === "questions" && silencedBy !== undefined && data.includes(silencedBy)) {
          passage.swallows = "answers";
          silencedBy = undefined;
        }
        const { swallows } = passage;
        if (swallows === "both" || swallows === direction) swallowed += 1;
        else to.write(data);
      });
      // The other end does not hear of it either.
      from.on("close", () => {
        if (passage.swallows === "nothing") to.destroy();
      });
    };
    pass(client, upstream, "questions");
    pass(upstream, client, "answers");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port.");
  return {
    createPool(options) {
      const pool = new pg.Pool({ ...connection, host: "127.0.0.1", port: address.port, ...options });
      pool.on("error", () => {});
      pools.push(pool);
      return pool;
    },
    silence(direction = "both") {
      for (const passage of passages) passage.swallows = direction;
    },
    silenceAfter(text) {
      silencedBy = text;
    },
    silenceNew(isSilent) {
      isNewSilent = isSilent;
    },
    get swallowed() {
      return swallowed;
    },
    async close() {
      for (const { sockets } of passages) for (const socket of sockets) socket.destroy();
      await Promise.all(pools.map((pool) => pool.end()));
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import pg from "pg";
import { afterEach, describe, expect, it } from "vitest";
import { systemTimers } from "../../../src/sync/pace/timers.ts";
import { inTransaction } from "../../../src/sync/postgres/connect/connection.ts";
import { PostgresListener } from "../../../src/sync/postgres/wake/listener.ts";

const TIMERS = { ...systemTimers(() => new Date()), random: () => 0.5 };
const open: { pool: pg.Pool; server: Server }[] = [];

afterEach(async () => {
  for (const { pool, server } of open.splice(0)) {
    await pool.end();
    server.close();
  }
});

describe("a connection that PostgreSQL ends at the moment at which it is borrowed", () => {
  it("fails the transaction that borrows it, and not the process", async () => {
    const { pool, unheard } = await createEndingPool();
    const failing = inTransaction(pool, { operation: "record" }, async () => "done");
    await expect(failing).rejects.toMatchObject({ code: "unavailable", retryable: true });
    expect(unheard).toEqual([]);
  });

  it("fails the listener that borrows it, and not the process", async () => {
    const { pool, unheard } = await createEndingPool();
    const listener = new PostgresListener(pool, TIMERS);
    const failing = listener.listen({ channel: "c", onNotification() {}, onConnect() {} });
    await expect(failing).rejects.toThrow();
    expect(unheard).toEqual([]);
    expect(pool.totalCount).toBe(0);
  });
});

describe("a connection that is cut while it starts to listen", () => {
  it("is released once, and the listener receives the reason", async () => {
    const { pool, unheard } = await createEndingPool((socket) => {
      socket.write(Buffer.concat([AUTHENTICATED, READY]));
      socket.once("data", () => socket.resetAndDestroy());
    });
    const listener = new PostgresListener(pool, TIMERS);
    const failing = listener.listen({ channel: "c", onNotification() {}, onConnect() {} });
    await expect(failing).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(unheard).toEqual([]);
    expect(pool.totalCount).toBe(0);
  });
});

/**
 * A pool of connections that are ready and ended in one packet, or answered by `greet`. `unheard`: errors that would have
 * ended the process.
 */
async function createEndingPool(
  greet = (socket: Socket): void => void socket.end(Buffer.concat([AUTHENTICATED, READY, ENDED])),
): Promise<{ pool: pg.Pool; unheard: unknown[] }> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => greet(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  const unheard: unknown[] = [];
  class WatchedClient extends pg.Client {
    override emit(event: string, ...values: unknown[]): boolean {
      if (event === "error" && this.listenerCount("error") === 0) {
        unheard.push(values[0]);
        return false;
      }
      return super.emit(event as "end", ...(values as []));
    }
  }
  const pool = new pg.Pool({
    ...{ host: "127.0.0.1", port: address.port, user: "postgres", database: "postgres", ssl: false },
    Client: WatchedClient as typeof pg.Client,
  });
  pool.on("error", () => {});
  open.push({ pool, server });
  return { pool, unheard };
}

const AUTHENTICATED = message("R", Buffer.alloc(4));
const READY = message("Z", Buffer.from("I"));
const ENDED = message("E", Buffer.from("SFATAL\0C57P01\0Mterminating connection\0\0"));

function message(kind: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(kind);
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}

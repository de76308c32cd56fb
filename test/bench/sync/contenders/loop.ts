import { Pool } from "undici";
import { CONCURRENCY, EVENTS_PATH, TOKEN_PATH } from "../wire.ts";
import { makePermits } from "../world.ts";
import { toBody, toSession } from "./by-hand.ts";
import type { Contender } from "./contender.ts";

/** A loop of undici requests, so many registrations in each. It keeps the end of every session. */
export function createLoop(batch: number): Contender {
  return {
    async prepare(count, { origin }) {
      const permits = makePermits(count);
      const pool = new Pool(origin, { connections: CONCURRENCY });
      const shownUntil = new Map<string, string>();
      let next = 0;

      async function work(token: string): Promise<void> {
        while (next < permits.length) {
          const taken = permits.slice(next, next + batch);
          next += taken.length;
          const at = new Date().toISOString();
          const sessions = taken.map((permit) => toSession(permit, at));
          const { statusCode, body } = await pool.request({
            method: "POST",
            path: EVENTS_PATH,
            body: toBody(sessions),
            headers: {
              "content-type": "application/json",
              authorization: `Bearer ${token}`,
              "passport-labs-client-trace-id": crypto.randomUUID(),
            },
          });
          const text = await body.text();
          if (statusCode !== 200) throw new Error(`The vendor said ${statusCode}: ${text}`);
          for (const { sessionId, until } of sessions) shownUntil.set(sessionId, until);
        }
      }

      return {
        async run() {
          const token = await askForToken(pool);
          await Promise.all(Array.from({ length: CONCURRENCY }, () => work(token)));
          if (shownUntil.size !== count) throw new Error(`${shownUntil.size} of ${count} ends are known.`);
        },
        end: () => pool.close(),
      };
    },
  };
}

export async function askForToken(pool: Pool): Promise<string> {
  const { body } = await pool.request({
    method: "POST",
    path: TOKEN_PATH,
    body: "grant_type=client_credentials",
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  return ((await body.json()) as { access_token: string }).access_token;
}

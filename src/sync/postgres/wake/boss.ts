import { createHash } from "node:crypto";
import type { PgBoss } from "pg-boss";
import type { PostgresRunner } from "../connect/connection.ts";
import { loadBoss } from "../packages.ts";
import { bossSchemaOf } from "../schema.ts";
import type { PostgresListener } from "./listener.ts";

/** The queue whose jobs wait for a provider's next due instant. */
export const LATER_QUEUE = "wake-later";

/** A repeated or old wake has no value: every process looks at the rows when it starts. */
export const QUEUE_OPTIONS = {
  policy: "standard",
  retryLimit: 0,
  expireInSeconds: 60,
  deleteAfterSeconds: 60,
  warningQueueSize: 1_000_000,
} as const;

/**
 * pg-boss in a schema of its own. Each of its statements runs on the current result of `runner`. In every process,
 * `onNotification` is called with the queue of each job that is sent, and `onConnect` when some may have been missed.
 *
 * @throws EnforcementError `invalid_config` when pg-boss is missing or too old
 */
export async function createBoss(
  { runner, schema, listener }: { runner: () => PostgresRunner; schema: string; listener: PostgresListener },
  { onNotification, onConnect }: { onNotification(queue: string): void; onConnect(): void },
): Promise<PgBoss> {
  const Boss = await loadBoss();
  const boss = new Boss({
    schema: bossSchemaOf(schema),
    createSchema: false,
    useListenNotify: true,
    schedule: false,
    registerInstance: false,
    monitorVacuum: false,
    maintenanceIntervalSeconds: 300,
    openTelemetry: { enabled: false },
    db: {
      executeSql: (text, values) => runner().query(text, values),
      async listen(channel, onQueue, onReconnect) {
        await listener.listen({
          channel,
          onNotification(queue) {
            onNotification(queue);
            onQueue(queue);
          },
          onConnect() {
            onConnect();
            onReconnect();
          },
        });
        return { close: async () => listener.close() };
      },
    },
  });
  // Ignored: jobs are hints, and an outage surfaces in the statements that need the database.
  boss.on("error", () => {});
  return boss;
}

/** Runs pg-boss' statements inside a transaction. */
export function toBossDatabase(runner: PostgresRunner) {
  return { executeSql: (text: string, values?: unknown[]) => runner.query(text, values) };
}

/** The name of a provider's queue. Queue names allow fewer characters than provider ids. */
export function queueOf(providerId: string): string {
  if (/^[A-Za-z0-9_-]{1,60}$/.test(providerId)) return `wake/${providerId}`;
  return `wake-id/${createHash("sha256").update(providerId).digest("hex").slice(0, 40)}`;
}

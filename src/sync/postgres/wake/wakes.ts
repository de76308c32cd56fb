import { randomUUID } from "node:crypto";
import type { After } from "../connect/bounds.ts";
import type { PostgresPool, PostgresRunner } from "../connect/connection.ts";
import { PostgresListener } from "./listener.ts";

/** A notification: which providers have something due, and who said so. */
interface Wake {
  /** The ledger whose caller knows already; null where it does not. */
  readonly by: string | null;
  readonly providerIds: readonly string[];
}

// PostgreSQL refuses a payload of 8,000 bytes. An id is escaped where it is not ASCII, six bytes for a character.
const MAX_PAYLOAD_LENGTH = 7_900;

export interface PostgresWakesOptions {
  readonly pool: PostgresPool;
  /** The schema of the ledger's tables: ledgers that share it hear each other. */
  readonly schemaName: string;
  readonly after: After;
  readonly random: () => number;
}

/**
 * Tells other processes at which providers something became due, by PostgreSQL's notifications. One is sent in the
 * transaction that made it due and arrives when that commits. The rows decide what is done: a lost wake costs time, until
 * sync looks at the rows the next time, and a superfluous one costs a look.
 */
export class PostgresWakes {
  readonly #channel: string;
  readonly #listener: PostgresListener;
  readonly #watchers = new Set<(providerId?: string) => void>();
  readonly #ownName = randomUUID();

  constructor(options: PostgresWakesOptions) {
    this.#channel = `${options.schemaName}_wake`;
    this.#listener = new PostgresListener(options.pool, options);
  }

  /** @throws EnforcementError `invalid_config` or `unavailable` when notifications cannot be received */
  async open(): Promise<void> {
    try {
      await this.#listener.listen({
        channel: this.#channel,
        onNotification: (payload) => this.#hear(payload),
        // What was notified before the connection was missed.
        onConnect: () => this.#tell(undefined),
      });
      await this.#listener.requireNotifications();
    } catch (error) {
      this.#listener.close();
      throw error;
    }
  }

  close(): void {
    this.#watchers.clear();
    this.#listener.close();
  }

  /**
   * Sends wakes for some providers in the transaction of `runner`: they arrive only when that commits.
   *
   * @param isKnownHere whether the caller is told of it (`onDue`); then its own watchers are not called
   */
  async announce(
    providerIds: readonly string[],
    runner: PostgresRunner,
    { isKnownHere }: { isKnownHere: boolean },
  ): Promise<void> {
    if (providerIds.length === 0) return;
    const by = isKnownHere ? this.#ownName : null;
    const payloads = inPayloads(providerIds).map((part) => encodeWake({ by, providerIds: part }));
    await runner.query("SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS p (payload)", [
      this.#channel,
      payloads,
    ]);
  }

  /** Calls `onDue` for each provider of which another process says that something became due. */
  watch(onDue: (providerId?: string) => void): () => void {
    this.#watchers.add(onDue);
    return () => this.#watchers.delete(onDue);
  }

  #hear(payload: string): void {
    const wake = readWake(payload);
    if (wake.by === this.#ownName) return;
    for (const providerId of wake.providerIds ?? [undefined]) this.#tell(providerId);
  }

  #tell(providerId: string | undefined): void {
    for (const onDue of this.#watchers) onDue(providerId);
  }
}

/** Shares ids out to payloads that are short enough. */
function inPayloads(providerIds: readonly string[]): string[][] {
  const payloads: string[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const id of providerIds) {
    const added = encodeWake({ by: null, providerIds: [id] }).length;
    if (length + added > MAX_PAYLOAD_LENGTH) {
      payloads.push([]);
      length = 100;
    }
    payloads.at(-1)?.push(id);
    length += added;
  }
  return payloads;
}

/** ASCII alone, so that a character is a byte whatever the database's encoding. */
function encodeWake(wake: Wake): string {
  return JSON.stringify(wake).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Without ids where another program sent something on the channel. */
function readWake(payload: string): Partial<Wake> {
  try {
    const { by, providerIds }: Partial<Wake> = JSON.parse(payload);
    return by !== undefined && Array.isArray(providerIds) ? { by, providerIds } : {};
  } catch {
    return {};
  }
}

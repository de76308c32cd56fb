import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import { primaryCodeOf } from "./errors.ts";
import { type CheckData, type CheckMessage, isSound } from "./file/integrity.ts";

// Checks a ledger's file from end to end. A million registrations take some seconds, and deliveries do not wait for it.

const [CORRUPT, NOT_A_DATABASE] = [11, 26];

function tell(message: CheckMessage): void {
  parentPort?.postMessage(message);
}

const { path } = workerData as CheckData;
const database = new DatabaseSync(path, { readOnly: true });
try {
  tell(isSound(database) ? "sound" : "damaged");
} catch (thrown) {
  const code = primaryCodeOf(thrown);
  tell(code === CORRUPT || code === NOT_A_DATABASE ? "damaged" : "unreadable");
} finally {
  database.close();
}

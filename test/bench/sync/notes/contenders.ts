import { stat } from "node:fs/promises";
import type { Ledger, RegistrationState } from "@offstreet/enforcement";
import { memoryLedger } from "@offstreet/enforcement";
import { sqliteLedger } from "@offstreet/enforcement/sqlite";
import { makeFile } from "../contenders/bench-folder.ts";
import type { Contender } from "../contenders/contender.ts";
import { createOurs } from "../contenders/ours.ts";

export const NOTED = "with what explanations need";
export const BARE = "without";

/** The backfill with what explanations need in the ledger, and without it, by `ledger: with or without`. */
export const NOTES_CONTENDERS: Readonly<Record<string, Contender>> = Object.fromEntries(
  [NOTED, BARE].flatMap((name) => [
    [`memoryLedger ${name}`, createOurs(() => ({ ledger: rewrite(memoryLedger(), name), remove() {} }))],
    [`sqliteLedger ${name}`, overSqlite(name)],
  ]),
);

function overSqlite(name: string): Contender {
  return createOurs(() => {
    const { path, remove } = makeFile();
    const ledger = rewrite(sqliteLedger({ path }), name);
    return {
      ledger,
      remove,
      /** The size of the file, in bytes. */
      async describeResult() {
        await ledger.close();
        return String((await stat(path)).size);
      },
    };
  });
}

/** Copies every right on its way into the ledger: the contenders differ in what the copy holds, and in nothing else. */
function rewrite(ledger: Ledger, name: string): Ledger {
  const copy = name === BARE ? withoutNotes : (right: RegistrationState) => ({ ...right });
  return {
    ...ledger,
    noteOutage: name === BARE ? async () => {} : ledger.noteOutage,
    noteReadBack: name === BARE ? async () => {} : ledger.noteReadBack,
    save(updates) {
      return ledger.save(
        updates.map((update) => {
          const { rights } = update.delivery;
          return { ...update, delivery: { ...update.delivery, rights: rights.map(copy) } };
        }),
      );
    },
  };
}

function withoutNotes({ acknowledgedAt, ...right }: RegistrationState): RegistrationState {
  return right;
}

import { copyFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSqliteLedger } from "../../src/sync/sqlite/sqlite-ledger.ts";
import { issue } from "../sync/ledger/fixtures.ts";
import { command, createWorkspace } from "./command-line.ts";

const workspace = createWorkspace();
afterAll(workspace.remove);

const at = (name: string) => join(workspace.folder, name);

async function createLedger(name: string): Promise<void> {
  const { ledger } = createSqliteLedger({ path: at(name) });
  await ledger.open();
  await ledger.record([issue({ id: "P-1" })]);
  await ledger.close();
}

function change(name: string, statements: string): void {
  const database = new DatabaseSync(at(name));
  database.exec(statements);
  database.close();
}

beforeAll(async () => {
  for (const name of ["good.db", "newer.db", "locked.db", "cut.db"]) await createLedger(name);
  change("newer.db", "PRAGMA user_version = 99");
  change("other.db", "CREATE TABLE notes (text)");
  workspace.write("empty.db", "");
  workspace.write("text.db", "no database, but a text that is long enough for its header. ".repeat(20));
  copyFileSync(at("good.db"), at("cut.db"));
  truncateSync(at("cut.db"), 5_000);
});

/** The one line that a person gets. */
async function refusal(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await command(["where", ...args]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^[^\n]+\n$/);
  return stderr.trimEnd();
}

describe("a ledger's file that cannot be read", () => {
  it.each([
    [
      "missing.db",
      "--ledger: leads to no file. The ledger's own process creates it: open it there once, or correct the path.",
    ],
    [".", "--ledger: must be a file that this process may read."],
    [
      "empty.db",
      "--ledger: holds no ledger yet. Open the ledger in its own process, or let the copy that is being made there end.",
    ],
    [
      "text.db",
      "--ledger: is not a SQLite database; give another path, or restore a backup of the ledger there.",
    ],
    ["other.db", "--ledger: is another program's database; give the ledger a file of its own."],
    [
      "newer.db",
      expect.stringMatching(
        /^--ledger: the ledger was written by a newer version of this package \(schema 99; .*\)\. Upgrade the package,/,
      ),
    ],
    [
      "cut.db",
      expect.stringMatching(
        /^--ledger: the file is incomplete or damaged\. While it is being restored, run the command again when /,
      ),
    ],
  ])("is refused in one line: %s", async (name, message) => {
    expect(await refusal("P-1", "--ledger", at(name))).toEqual(message);
  });

  it("is refused while another program locks it, and read when that has ended", async () => {
    const other = new DatabaseSync(at("locked.db"));
    other.exec("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE");
    expect(await refusal("P-1", "--ledger", at("locked.db"))).toBe(
      "--ledger: another program locks the ledger's file. Run the command again when it has ended.",
    );
    other.exec("ROLLBACK; PRAGMA journal_mode = WAL");
    other.close();
    const { stdout } = await command(["where", "P-1", "--ledger", at("locked.db")]);
    expect(stdout).toMatch(/^Permit P-1 of company /);
  });
});

describe("a permit id or a plate that cannot be meant", () => {
  it.each([[""], ["  "]])("is refused where it is empty: %j", async (id) => {
    expect(await refusal(id, "--ledger", at("good.db"))).toBe("Name the permit id or plate.");
  });

  it.each([
    ["a megabyte", "x".repeat(1_048_576)],
    ["a megabyte of words", "A ".repeat(524_288)],
    ["half a surrogate pair", "\ud800"],
    ["a control character", "P\u0000-1"],
    ["signs", "***"],
    ["an accent for each letter", "é".repeat(300)],
  ])("is not found, and is not repeated: %s", async (_, id) => {
    for (const flags of [[], ["--company-id", "university"]]) {
      expect(await command(["where", id, "--ledger", at("good.db"), ...flags])).toEqual({
        code: 1,
        stdout: "The ledger has no permit with this id, which cannot be a plate either.\n",
        stderr: "",
      });
    }
  });

  it("is refused before the ledger is read where there are two", async () => {
    expect(await refusal("GXK", "204", "--ledger", at("missing.db"))).toBe(
      "Name one permit id or plate; there are 2 arguments without a flag.",
    );
  });
});

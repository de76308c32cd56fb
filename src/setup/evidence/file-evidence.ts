import { type FileHandle, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { EnforcementError, isEnforcementError } from "../../core/errors.ts";
import { fieldError, readList, readRecord } from "../../core/fields.ts";
import type { EvidenceStore, TestPlateEvidence } from "./evidence.ts";
import { readEvidence } from "./read-evidence.ts";

// One write at a time for each file, whoever in this process asks for it.
const lastWrites = new Map<string, Promise<void>>();

/**
 * Evidence in one JSON file, readable by its owner only. A missing file is an empty store. Each save writes the whole
 * file anew beside the old one, flushes it to the disk and puts it in the old one's place, so that a process or a
 * machine that dies leaves either the old file or the new one.
 *
 * Meant for one process at a time: of two that save in the same moment, one may lose the other's record.
 *
 * What is not the store's own file is never read past or written over: both operations throw `invalid_input` then,
 * and `unavailable` when the file cannot be read or written.
 *
 * @throws EnforcementError `invalid_config` when `path` is no path
 */
export function fileEvidence(path: string): EvidenceStore {
  if (typeof path !== "string" || path.trim() === "") {
    throw new EnforcementError("invalid_config", "fileEvidence: path: must be the path of a file.");
  }
  const file = resolve(path);
  return {
    async list() {
      // What is being saved now is seen by whoever asks after it was asked for.
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
      `cannot be read: ${why} It was left as it is. Put it right or move it away; a test plate that it speaks of may still be out there.`,
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

/** The new name is durable only when the folder is. Not every system can flush one. */
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

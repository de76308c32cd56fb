import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type EvidenceStore,
  memoryEvidence,
  type TestPlateEvidence,
} from "../../../src/setup/evidence/evidence.ts";
import { fileEvidence } from "../../../src/setup/evidence/file-evidence.ts";
import { failureOf } from "../../support/registrations.ts";

const RECORD: TestPlateEvidence = {
  v: 1,
  id: "run-1",
  providerId: "t2-flex",
  companyId: "fundy",
  locationId: "lot-a",
  target: "Lot A",
  plate: { number: "TEST123", region: "CA-NB" },
  startedAt: "2026-09-15T12:00:00.000Z",
  endsAt: "2026-09-15T13:00:00.000Z",
  state: "open",
  trace: { delivery: "pull", permitId: "test-plate-run-1" },
  sightings: [{ by: "endpoint", seen: true, at: "2026-09-15T12:00:01.000Z" }],
};

let folder = "";
let file = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "evidence-"));
  file = join(folder, "evidence.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each<[string, () => EvidenceStore]>([
  ["memoryEvidence", () => memoryEvidence()],
  ["fileEvidence", () => fileEvidence(file)],
])("%s", (_, createStore) => {
  it("is empty at first, and keeps its records in the order of the first save", async () => {
    const store = createStore();
    expect(await store.list()).toEqual([]);
    await store.save(RECORD);
    await store.save({ ...RECORD, id: "run-2" });
    await store.save({ ...RECORD, state: "closed", closedAt: "2026-09-15T12:10:00.000Z", gone: true });
    expect(await store.list()).toEqual([
      { ...RECORD, state: "closed", closedAt: "2026-09-15T12:10:00.000Z", gone: true },
      { ...RECORD, id: "run-2" },
    ]);
  });

  it("keeps copies", async () => {
    const store = createStore();
    const record = structuredClone(RECORD) as { sightings: unknown[] } & TestPlateEvidence;
    await store.save(record);
    record.sightings.length = 0;
    expect(await store.list()).toEqual([RECORD]);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ v: 2 }, "record.v"],
    [{ id: "" }, "record.id"],
    [{ state: "half" }, "record.state"],
    [{ plate: { number: "test 123" } }, "record.plate.number"],
    [{ trace: { delivery: "carried" } }, "record.trace.delivery"],
    [{ trace: { delivery: "pull" } }, "record.trace.permitId"],
    [{ trace: { delivery: "push" } }, "record.trace.registration"],
    [{ sightings: [{ by: "crow", seen: true, at: RECORD.startedAt }] }, "record.sightings[0].by"],
    [{ sightings: [{ by: "person", seen: "yes", at: RECORD.startedAt }] }, "record.sightings[0].seen"],
    [{ startedAt: "yesterday" }, "record.startedAt"],
    [{ extra: 1 }, "record"],
  ])("refuses a record with %j", async (change, field) => {
    const store = createStore();
    const failure = await failureOf(async () => store.save({ ...RECORD, ...change } as never));
    expect(failure).toMatchObject({ code: "invalid_input", field });
    expect(await store.list()).toEqual([]);
  });
});

describe("fileEvidence", () => {
  it("can be read by another store, and only by the file's owner", async () => {
    await fileEvidence(file).save(RECORD);
    expect(await fileEvidence(file).list()).toEqual([RECORD]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["evidence.json"]);
  });

  it("loses none of many saves at once, also through several stores", async () => {
    const stores = [fileEvidence(file), fileEvidence(join(folder, ".", "evidence.json"))];
    const ids = Array.from({ length: 30 }, (_, index) => `run-${index}`);
    await Promise.all(ids.map((id, index) => stores[index % 2]?.save({ ...RECORD, id })));
    expect((await fileEvidence(file).list()).map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });

  it("lists every save that was called before", async () => {
    const store = fileEvidence(file);
    const saving = store.save(RECORD);
    expect(await store.list()).toEqual([RECORD]);
    await saving;
  });

  it.each([
    ["nothing", ""],
    ["half of itself", '{ "v": 1, "records": [ { "v": 1, "id"'],
    ["no object", "[]"],
    ["another version", '{ "v": 2, "records": [] }'],
    ["no list", '{ "v": 1, "records": {} }'],
    ["an unreadable record", '{ "v": 1, "records": [ { "v": 1 } ] }'],
    ["something else", '{ "v": 1, "records": [], "more": 1 }'],
  ])("reports that the file holds %s, and does not change it", async (_, content) => {
    writeFileSync(file, content);
    const store = fileEvidence(file);
    for (const failure of [await failureOf(() => store.list()), await failureOf(() => store.save(RECORD))]) {
      expect(failure).toMatchObject({ code: "invalid_input", field: "evidence file" });
      expect(failure.message).toMatch(/cannot be read.*left unchanged.*may still be valid/);
    }
    expect(readFileSync(file, "utf8")).toBe(content);
    expect(readdirSync(folder)).toEqual(["evidence.json"]);
  });

  it("reports that it cannot be written, and works once it can", async () => {
    const deep = join(folder, "later", "evidence.json");
    const store = fileEvidence(deep);
    const failure = await failureOf(() => store.save(RECORD));
    expect(failure).toMatchObject({ code: "unavailable" });
    expect(failure.message).toContain("ENOENT");
    expect(existsSync(deep)).toBe(false);
    const { mkdirSync } = await import("node:fs");
    mkdirSync(join(folder, "later"));
    await store.save(RECORD);
    expect(await store.list()).toEqual([RECORD]);
  });

  it("reports that it cannot be read", async () => {
    const failure = await failureOf(() => fileEvidence(folder).list());
    expect(failure).toMatchObject({ code: "unavailable" });
    expect(failure.message).toContain("EISDIR");
  });
});

import { describe, expect, it } from "vitest";
import type { LookupAudit } from "../../../src/lookup/audit.ts";
import { explainLookup } from "../../../src/lookup/explain/explain-lookup.ts";
import type { PermitLookupOptions } from "../../../src/lookup/handler.ts";
import { memoryPermits } from "../../../src/lookup/memory-permits.ts";
import { decodeBody } from "../../../src/lookup/request/body.ts";
import { genetecDialect } from "../../../src/vendors/t2-flex/dialects/genetec/genetec.ts";
import { createT2FlexProvider } from "../../../src/vendors/t2-flex/provider.ts";
import type { BuiltInDialect } from "../../support/built-in-dialects.ts";
import { directory, lookupRequest, minutes, now, openCampus, permit } from "../campus.ts";
import { createRandom, type Random } from "../fuzz/fuzz-random.ts";
import { makeRequest, mutate, type RawRequest } from "../fuzz/fuzz-requests.ts";
import { createFuzzWorld, type FuzzedHandler } from "../fuzz/fuzz-world.ts";

// Every record that the handler writes can be explained, and is explained truthfully.

/** A record after a round trip through JSON. */
const stored = <Record>(record: Record): Record => JSON.parse(JSON.stringify(record));

const CHANGED = "have changed since";

function findUntruth(
  record: LookupAudit,
  told: Awaited<ReturnType<typeof explainLookup>>,
): string | undefined {
  const text = told.sentences.join("\n");
  const heard = record.httpStatus === 0 ? "closed without a reply" : `HTTP ${record.httpStatus} `;
  if (text.includes(CHANGED)) return "says that something has changed";
  if (told.recorded?.answer !== record.status || told.recorded.reason !== record.reason)
    return "records another answer";
  if (told.answer !== record.status || told.reason !== record.reason) return "answers otherwise";
  for (const one of [record, ...(record.status === "refused" ? [] : (record.parts ?? []))]) {
    if (!text.includes(`${one.status} (${one.reason})`)) return `does not say ${one.status} (${one.reason})`;
  }
  if (!text.includes(heard)) return `does not say ${heard}`;
  const { failure } = record;
  return failure !== undefined && !text.includes(failure.message) ? "does not say what failed" : undefined;
}

const count = Number(process.env["FUZZ_COUNT"] ?? 2_000);
const seed = Number(process.env["FUZZ_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

it.each<BuiltInDialect>(["offstreet", "iris", "genetec"])(
  "%s: the record of any request is explained truthfully, alone and in its list",
  { timeout: 300_000 + count * 10 },
  async (dialect) => {
    const world = createFuzzWorld(dialect);
    const met = new Map<string, number>();
    for (let index = 0; index < count; index += 1) {
      const random = createRandom(seed + index * 0x9e3779b1);
      const request = change(makeRequest(dialect, world.login, random), random);
      const asked = random.pick(world.handlers);
      await ask(asked, request);
      const record = world.lastAudit();
      if (record === undefined) throw new Error("No record was made.");
      for (const one of [record, ...(record.parts ?? [])]) {
        const key = `${one.status} (${one.reason})`;
        met.set(key, (met.get(key) ?? 0) + 1);
        const told = await explainLookup(stored(one), asked.options);
        const untruth = findUntruth(one, told);
        if (untruth !== undefined) {
          expect.fail(
            `seed ${seed}, request ${index}: ${untruth}\n${JSON.stringify({ request, one, told }, null, 1)}`,
          );
        }
      }
    }
    const kinds = [...met].sort().map(([kind, times]) => `${kind}: ${times}`);
    console.log(`explained ${dialect}: seed ${seed}, ${count} requests; ${kinds.join(", ")}`);
    // The property is only as good as the cases that it reaches.
    expect(met.size).toBeGreaterThan(8);
  },
);

/** Half of the requests are unchanged; genetec's lists mix plates and values that are not plates. */
function change(request: RawRequest, random: Random): RawRequest {
  if (random.chance(0.3)) return mutate(request, random);
  if (random.chance(0.3)) {
    const wrong = random.pick(["---", "", " ", "GXK204GXK204GXK204", "\u0416", "A,B"]);
    return { ...request, body: request.body.replace(/GXK204|gxk 204|NOBODY/, wrong) };
  }
  if (random.chance(0.2))
    return { ...request, body: request.body.replace(/lot-[12]/, random.pick(["", " "])) };
  return request;
}

async function ask({ handler }: FuzzedHandler, request: RawRequest): Promise<void> {
  const { method, path, query, headers, bytes } = request;
  const read = bytes === undefined ? { text: request.body } : decodeBody([bytes]);
  const neutral = { method, path, query, header: (name: string) => headers[name], body: read.text ?? "" };
  await handler.answer(neutral, { bodyProblem: read.problem });
}

const genetec = createT2FlexProvider({ dialect: genetecDialect });
const options: PermitLookupOptions = {
  provider: genetec,
  authorize: { authorize: () => undefined },
  directory,
  findPermits: memoryPermits([permit()]).findPermits,
  clock: () => now,
};

/** Sends a genetec search and returns the record. */
async function search(body: object, more: Partial<PermitLookupOptions> = {}): Promise<LookupAudit> {
  const { handler, key, audits } = openCampus({ provider: genetec, permits: [permit()], ...more });
  await handler(
    new Request("http://lookup.test/permits/search", {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": key },
      body: JSON.stringify(body),
    }),
  );
  const [record] = audits;
  if (record === undefined) throw new Error("No record was made.");
  return stored(record);
}

describe("the record of a list", () => {
  it("with a plate that cannot be read says what happened", async () => {
    const record = await search({ PlateNumbers: ["GXK204", "---"] });
    const told = await explainLookup(record, options);
    expect(findUntruth(record, told)).toBeUndefined();
    expect(told.sentences.join("\n")).toContain("must hold at least one letter A–Z or digit");
  });

  it("whose place is empty text says which field was wrong", async () => {
    const record = await search({ PlateNumbers: ["GXK204"], ZoneIds: [""] });
    const { answer, reason, sentences } = await explainLookup(record, options);
    expect([answer, reason]).toEqual(["refused", "invalid_request"]);
    expect(sentences).toEqual([
      expect.stringMatching(
        /^The list of one plate that was asked about at 2026-11-21T15:00:00.000Z: refused \(invalid_request\), the request, or its plate, could not be understood. The vendor heard HTTP 400 after /,
      ),
      "What was wrong with the request: place: must not be empty.",
    ]);
    for (const part of record.parts ?? []) {
      expect(findUntruth(part, await explainLookup(part, options))).toBeUndefined();
    }
  });

  it("is replayed as a list: an unreadable permit of one plate leaves the others undetermined", async () => {
    const unreadable = { ...permit({ id: "BAD" }), revision: -1 };
    const findPermits: PermitLookupOptions["findPermits"] = ({ plateNumbers }) =>
      plateNumbers.includes("GXK204") ? [unreadable] : [];
    const record = await search({ PlateNumbers: ["GXK204", "HTR604"] }, { findPermits });
    expect(record.parts?.map(({ status }) => status)).toEqual(["undetermined", "undetermined"]);
    const told = await explainLookup(record, { ...options, findPermits });
    expect(findUntruth(record, told)).toBeUndefined();
    // Alone, the second plate is known, and nothing is said to have changed.
    const [, second] = record.parts ?? [];
    const alone = await explainLookup(second as LookupAudit, { ...options, findPermits });
    expect(alone.answer).toBe("none");
    expect(alone.sentences.join()).not.toContain(CHANGED);
    expect(alone.sentences.join()).toContain("what prevented an answer then does not prevent it now");
  });

  it("says the status of the list, when one place is unknown", async () => {
    const record = await search({ PlateNumbers: ["GXK204", "HTR604"], ZoneIds: ["lot-1", "LOT-2"] });
    const { sentences } = await explainLookup(record, options);
    expect(sentences.at(-1)).toContain(
      "The record says of the whole list undetermined (unknown_place): no place that the credential may ask about has this name. The vendor heard HTTP 404",
    );
    expect(sentences.join()).not.toContain("503");
  });
});

describe("a record of a failure", () => {
  it.each([
    ["source_failed", { findPermits: () => Promise.reject(new Error("gone")) }],
    ["source_timeout", { findPermits: () => new Promise<never>(() => {}), deadlineMs: 250 }],
  ] as const)("%s is not explained as a change of permits when it works now", async (reason, more) => {
    const { audit } = await openCampus(more as never).ask({ plate: "GXK204" });
    expect(audit.reason).toBe(reason);
    const { sentences } = await explainLookup(stored(audit), {
      ...options,
      provider: createT2FlexProvider(),
    });
    expect(sentences.join()).not.toContain(CHANGED);
    expect(sentences).toContain(
      "Asked again, the answer is valid (match_region_unknown): what prevented an answer then does not prevent it now.",
    );
  });

  it("is explained when a source fails now that did not fail then", async () => {
    const { audit } = await openCampus({ permits: [permit()] }).ask({ plate: "GXK204" });
    const { sentences } = await explainLookup(stored(audit), {
      ...options,
      provider: createT2FlexProvider(),
      findPermits: () => Promise.reject(new Error("gone")),
    });
    expect(sentences.join()).not.toContain(CHANGED);
    expect(sentences.join()).toContain("Asked again, the answer is undetermined (source_failed)");
  });
});

it.each([
  ["unauthorized", {}, { "x-api-key": "wrong" }],
  [
    "too_many_requests",
    { throttle: { consume: () => Promise.reject({ msBeforeNext: 1 }) } },
    { "x-api-key": "" },
  ],
  ["unsupported_media_type", {}, { "content-type": "text/plain" }],
] as const)(
  "a record of a request that was refused as %s is described without a replay",
  async (reason, more, headers) => {
    const { handler, key, audits } = openCampus(more);
    await handler(lookupRequest({ plate: "GXK204" }, { "x-api-key": key, ...headers }));
    const told = await explainLookup(stored(audits[0] as LookupAudit), {
      ...options,
      provider: createT2FlexProvider(),
    });
    expect(told).toMatchObject({ answer: "refused", reason, recorded: { answer: "refused", reason } });
    expect(told.sentences).toEqual([expect.stringContaining(`looked up no plate: refused (${reason}), `)]);
  },
);

describe("a record with a redacted place", () => {
  it("is described without a replay, with the closest names", async () => {
    const redact = { key: "0123456789abcdef" };
    const { audit } = await openCampus({ redact }).ask({ plate: "GXK204", locationId: "LOT-1" });
    const record = stored({ ...audit, asked: { ...audit.asked, plate: "GXK204" } });
    const told = await explainLookup(record, { ...options, provider: createT2FlexProvider(), redact });
    expect(told).toMatchObject({ answer: "undetermined", reason: "unknown_place", considered: [] });
    expect(told.sentences).toContain(
      "The place that was asked about is redacted, so the question cannot be asked again.",
    );
    expect(told.sentences).toContain('A place that is close: "lot-1" differs at position 0 (case).');
  });
});

it("says that the connection was closed", async () => {
  const { handler, key, audits } = openCampus({
    findPermits: () => Promise.reject(new Error("gone")),
    whenUndetermined: "drop",
    permits: [permit({ validTo: minutes(1) })],
  });
  const headers: Record<string, string> = { "content-type": "application/json", "x-api-key": key };
  const body = '{"plate":"GXK204"}';
  await handler.answer({ method: "POST", path: "/", query: "", header: (name) => headers[name], body });
  const { sentences } = await explainLookup(stored(audits[0] as LookupAudit), {
    ...options,
    provider: createT2FlexProvider(),
    whenUndetermined: "drop",
  });
  expect(sentences.join("\n")).toMatch(
    /^The record says undetermined .* The connection was closed without a reply after /m,
  );
});

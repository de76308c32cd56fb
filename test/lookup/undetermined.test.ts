import { afterEach, describe, expect, it, vi } from "vitest";
import type { Directory } from "../../src/core/directory/directory.ts";
import { parsePlate } from "../../src/core/permit/plate.ts";
import { apiKeyAuth, basicAuth } from "../../src/lookup/auth/authorizers.ts";
import { issueCredentials } from "../../src/lookup/auth/issue-credentials.ts";
import type { FindPermits } from "../../src/lookup/handler.ts";
import {
  careless,
  companies,
  directory,
  locations,
  lookupRequest,
  minutes,
  openCampus,
  permit,
} from "./campus.ts";

const never = new Promise<never>(() => {});
/** Values of a wrong type, as hosts without type checks may return them. */
const wrong = <Value>(value: unknown) => value as Value;

afterEach(() => {
  vi.useRealTimers();
});

describe("a source that fails", () => {
  it.each<[string, FindPermits]>([
    [
      "throws",
      () => {
        throw new Error("permits are gone; password=hunter2");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no database"))],
    ["returns nothing", () => wrong(undefined)],
    ["returns an object", () => wrong({ rows: [] })],
    ["returns a number", () => wrong(7)],
    ["returns texts", () => wrong(["P-1"])],
    [
      "breaks off",
      async function* () {
        yield permit({ plates: [parsePlate("OTHER")] });
        throw new Error("connection lost");
      },
    ],
  ])("%s: 503, and the client sees nothing of the error", async (_, findPermits) => {
    const { handler, key, audits } = openCampus({ findPermits });
    const response = await handler(lookupRequest({ plate: "GXK204" }, { "x-api-key": key }));
    expect(response.status).toBe(503);
    const text = await response.text();
    expect(JSON.parse(text)).toEqual({
      error: { code: "undetermined", message: "The answer is not known at the moment." },
    });
    expect(audits[0]).toMatchObject({
      status: "undetermined",
      reason: "source_failed",
      failure: { at: "permits" },
    });
    expect(JSON.stringify(audits[0])).not.toContain("hunter2");
  });

  it("holds the thrown value as a property that JSON omits", async () => {
    const thrown = new RangeError("the database said so");
    const { audit } = await openCampus({ findPermits: () => Promise.reject(thrown) }).ask({
      plate: "GXK204",
    });
    expect(audit.failure?.cause).toBe(thrown);
    expect(audit.failure?.message).toBe("RangeError");
  });

  it("is the ordinary empty form when the host chose deny", async () => {
    const { ask } = openCampus({ findPermits: () => Promise.reject(new Error()), whenUndetermined: "deny" });
    const { status, sessions, audit } = await ask({ plate: "GXK204" });
    expect({ status, sessions }).toEqual({ status: 200, sessions: [] });
    expect(audit).toMatchObject({ status: "undetermined", reason: "source_failed", httpStatus: 200 });
  });
});

describe("an iterator that was already consumed", () => {
  function* generate() {
    yield permit();
  }
  async function* generateLater() {
    yield permit();
  }

  it.each<[string, FindPermits, string]>([
    ["a generator", always(generate()), "findPermits"],
    ["an async generator", always(generateLater()), "findPermits"],
  ])("is not a source without permits: %s", async (_, findPermits, field) => {
    const { ask } = openCampus({ findPermits });
    expect((await ask({ plate: "GXK204" })).audit.status).toBe("valid");
    const { status, audit } = await ask({ plate: "GXK204" });
    expect(status).toBe(503);
    expect(audit.failure?.message).toContain(`${field}: is an iterator that was used before`);
  });

  it("is not a company without locations", async () => {
    const list = locations.values();
    const { ask } = openCampus({
      directory: { ...directory, listLocations: () => list },
      permits: [permit()],
    });
    expect((await ask({ plate: "GXK204" })).audit.status).toBe("valid");
    expect((await ask({ plate: "GXK204" })).audit).toMatchObject({
      status: "undetermined",
      failure: { at: "directory" },
    });
  });

  function always<Value>(value: Value): () => Value {
    return () => value;
  }
});

describe("the policy", () => {
  const fail = () => Promise.reject(new Error("no database"));

  it.each<[string, object, object]>([
    ["a source that fails", { findPermits: fail }, {}],
    ["a source that is slow", { findPermits: () => never, deadlineMs: 20 }, {}],
    ["a directory that fails", { directory: { ...directory, listLocations: fail } }, {}],
    [
      "a directory that is slow",
      { directory: { ...directory, getCompany: () => never }, deadlineMs: 20 },
      {},
    ],
    ["a company that does not exist", { companyId: "nobody" }, {}],
    ["a place that does not exist", {}, { locationId: "Lot  1" }],
  ])("decides the reply for %s", async (_, options, question) => {
    const heard = async (policy: object) => {
      const { ask } = openCampus({ permits: [permit()], ...options, ...policy });
      const { status, sessions, audit } = await ask({ plate: "GXK204", ...question });
      expect(audit).toMatchObject({ status: "undetermined", httpStatus: status });
      return [status, sessions];
    };
    expect(await heard({})).toEqual([503, []]);
    expect(await heard({ whenUndetermined: "unavailable" })).toEqual([503, []]);
    expect(await heard({ whenUndetermined: "deny" })).toEqual([200, []]);
  });
});

describe("a source that changes its question", () => {
  const stranger = permit({ plates: [parsePlate("OTHER")] });

  it.each<[string, FindPermits]>([
    ["changes the company", (query) => wrong(Object.assign(query, { companyId: "tantramar" }))],
    [
      "changes the plate",
      ({ plateNumbers }) => {
        (plateNumbers as string[]).push("OTHER");
        return [stranger];
      },
    ],
  ])("%s: 503", async (_, findPermits) => {
    expect((await openCampus({ findPermits }).ask({ plate: "GXK204" })).audit.reason).toBe("source_failed");
  });

  it("changes the instant: the answer is for the original one", async () => {
    const findPermits: FindPermits = ({ at }) => {
      at.setFullYear(2020);
      return [permit()];
    };
    expect((await openCampus({ findPermits }).ask({ plate: "GXK204" })).audit.status).toBe("valid");
  });
});

describe("a permit that cannot be read", () => {
  const unreadable = [
    ["no dates", { ...permit({ id: "BAD" }), validFrom: undefined }],
    ["a bad date", { ...permit({ id: "BAD" }), validTo: new Date(Number.NaN) }],
    ["an end before its start", { ...permit({ id: "BAD" }), validTo: minutes(-61) }],
    ["no company", { ...permit({ id: "BAD" }), companyId: undefined }],
    [
      "a plate that is not canonical",
      { ...permit({ id: "BAD" }), plates: [{ raw: "a", number: "gxk-204" }] },
    ],
    ["nothing at all", null],
  ] as const;

  it.each(unreadable)("%s: undetermined when nothing else is valid", async (_, bad) => {
    const { status, audit } = await openCampus({ findPermits: () => wrong([bad]) }).ask({ plate: "GXK204" });
    expect(status).toBe(503);
    expect(audit).toMatchObject({ reason: "source_failed", dropped: 1, failure: { at: "permits" } });
    expect(audit.failure?.message).toMatch(/^permit/);
    expect(audit.failure?.message).not.toContain("gxk");
  });

  it.each(unreadable)("%s: dropped and reported when another is valid", async (_, bad) => {
    const { status, audit } = await openCampus({ findPermits: () => wrong([bad, permit()]) }).ask({
      plate: "GXK204",
    });
    expect(status).toBe(200);
    expect(audit).toMatchObject({
      status: "valid",
      answered: ["P-1"],
      dropped: 1,
      failure: { at: "permits" },
    });
  });

  it("that belongs to this company on one read and to another on the next counts as another's", async () => {
    const says = ["fundy", "tantramar"];
    const shifting = Object.defineProperty(permit(), "companyId", {
      enumerable: true,
      get: () => says.shift(),
    });
    const { audit } = await openCampus({ findPermits: careless([shifting]) }).ask({ plate: "GXK204" });
    expect(audit).toMatchObject({ status: "none", dropped: 1, considered: [] });
  });

  it("of another company is only dropped", async () => {
    const foreign = { ...permit(), companyId: "tantramar", validFrom: "yesterday" };
    const { audit } = await openCampus({ findPermits: () => wrong([foreign]) }).ask({ plate: "GXK204" });
    expect(audit).toMatchObject({ status: "none", reason: "no_permit", dropped: 1 });
  });
});

describe("a directory that fails", () => {
  it.each<[string, Directory]>([
    ["getCompany throws", { ...directory, getCompany: () => Promise.reject(new Error()) }],
    ["another company", { ...directory, getCompany: () => companies[1] }],
    [
      "a company without a name",
      { ...directory, getCompany: () => wrong({ ...companies[0], name: undefined }) },
    ],
    [
      "a company without switches",
      { ...directory, getCompany: () => wrong({ ...companies[0], providers: null }) },
    ],
    ["listLocations throws", { ...directory, listLocations: () => wrong(never.finally.call(1)) }],
    ["locations that are none", { ...directory, listLocations: () => wrong(12) }],
    ["an invalid location", { ...directory, listLocations: () => wrong([null]) }],
    ["a location without an id", { ...directory, listLocations: () => wrong([{ ...locations[0], id: 1 }]) }],
  ])("%s: 503", async (_, broken) => {
    const { status, audit } = await openCampus({ directory: broken }).ask({ plate: "GXK204" });
    expect(status).toBe(503);
    expect(audit).toMatchObject({ reason: "source_failed", failure: { at: "directory" } });
  });

  it("locations of another company are not this one's", async () => {
    const leaky = { ...directory, listLocations: () => locations };
    const { ask } = openCampus({
      directory: leaky,
      findPermits: careless([permit({ locationIds: ["quad"] })]),
    });
    expect((await ask({ plate: "GXK204" })).audit.understood?.locationIds).toEqual([
      "lot-1",
      "lot-2",
      "lot-3",
    ]);
    expect((await ask({ plate: "GXK204", locationId: "quad" })).audit.reason).toBe("unknown_place");
  });
});

describe("a credential store that fails", () => {
  const { stored, password } = issueCredentials({ companyId: "fundy" });

  it.each([
    ["throws", () => Promise.reject(new Error("no database"))],
    ["returns an invalid hash", () => ({ ...stored, hashes: [...stored.hashes, password] })],
    ["has no hashes", () => wrong({ ...stored, hashes: undefined })],
    ["has no company", () => wrong({ ...stored, companyId: undefined })],
    ["has no id", () => ({ ...stored, id: "" })],
    ["returns an invalid scope", () => wrong({ ...stored, locationIds: null })],
  ] as Array<[string, () => typeof stored]>)("%s: 503 under every policy, never 401", async (_, find) => {
    for (const whenUndetermined of ["unavailable", "deny"] as const) {
      const { handler, audits } = openCampus({
        authorize: apiKeyAuth({ find }),
        whenUndetermined,
        permits: [permit()],
      });
      const response = await handler(lookupRequest({ plate: "GXK204" }, { "x-api-key": password }));
      expect(response.status).toBe(503);
      expect(audits[0]).toMatchObject({ status: "undetermined", failure: { at: "credentials" } });
      expect(JSON.stringify(audits[0])).not.toContain(password);
      expect(audits[0]?.asked).toBeUndefined();
    }
  });

  it("does not matter when another authorizer recognises the request", async () => {
    const broken = basicAuth({ find: () => Promise.reject(new Error()) });
    const { handler } = openCampus({ authorize: [broken, apiKeyAuth({ find: () => stored })] });
    const headers = { "x-api-key": password, authorization: `Basic ${btoa("a:b")}` };
    expect((await handler(lookupRequest({ plate: "GXK204" }, headers))).status).toBe(200);
  });
});

describe("the deadline", () => {
  it.each([
    ["source", { findPermits: () => never }],
    ["endless source", { findPermits: () => ({ [Symbol.asyncIterator]: () => ({ next: () => never }) }) }],
    ["directory", { directory: { ...directory, getCompany: () => never } }],
    ["list of locations", { directory: { ...directory, listLocations: () => never } }],
    ["credential store", { authorize: apiKeyAuth({ find: () => never }) }],
  ])("ends the wait for a slow %s", async (_, options) => {
    vi.useFakeTimers();
    const asked = openCampus({ ...options, deadlineMs: 500 }).ask({ plate: "GXK204" });
    await vi.advanceTimersByTimeAsync(500);
    const { status, audit } = await asked;
    expect(status).toBe(503);
    expect(audit).toMatchObject({ status: "undetermined", reason: "source_timeout" });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("aborts the source's signal, and a late failure is handled", async () => {
    vi.useFakeTimers();
    let signal: AbortSignal | undefined;
    const findPermits: FindPermits = (query) => {
      signal = query.signal;
      return new Promise((_, reject) => {
        query.signal.addEventListener("abort", () => reject(query.signal.reason));
      });
    };
    const asked = openCampus({ findPermits }).ask({ plate: "GXK204" });
    await vi.advanceTimersByTimeAsync(1_999);
    expect(signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect((await asked).audit.reason).toBe("source_timeout");
    expect(signal?.reason).toMatchObject({ name: "TimeoutError" });
  });

  it("ends a source that never waits and never ends", async () => {
    const endless = {
      *[Symbol.iterator]() {
        while (true) yield permit({ plates: [parsePlate("OTHER")] });
      },
    };
    const endlessAsync = {
      async *[Symbol.asyncIterator]() {
        yield* endless;
      },
    };
    for (const found of [endless, endlessAsync]) {
      const { audit } = await openCampus({ findPermits: () => found, deadlineMs: 30 }).ask({
        plate: "GXK204",
      });
      expect(audit.reason).toBe("source_timeout");
    }
  });

  it("leaves no timer behind, and creates none for a source that answers at once", async () => {
    vi.useFakeTimers();
    const timers = vi.spyOn(globalThis, "setTimeout");
    await openCampus({ permits: [permit()] }).ask({ plate: "GXK204" });
    expect(timers).not.toHaveBeenCalled();
    await openCampus({ findPermits: async () => [permit()] }).ask({ plate: "GXK204" });
    expect(timers).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a client that has disconnected", () => {
  it("aborts the source's signal, and its answer is undetermined", async () => {
    const client = new AbortController();
    let signal: AbortSignal | undefined;
    const { handler, key, audits } = openCampus({
      findPermits: (query) => {
        signal = query.signal;
        queueMicrotask(() => client.abort());
        return never;
      },
    });
    const request = new Request(lookupRequest({ plate: "GXK204" }, { "x-api-key": key }), {
      signal: client.signal,
    });
    expect((await handler(request)).status).toBe(503);
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toMatchObject({ name: "AbortError" });
    expect(audits[0]).toMatchObject({ status: "undetermined", reason: "aborted" });
    expect(audits[0]?.failure).toBeUndefined();
  });

  it("before the wait began is noticed as well", async () => {
    const { handler, key, audits } = openCampus({ findPermits: () => never });
    await handler.answer(
      {
        method: "POST",
        path: "/",
        query: "",
        header: (name) => ({ "content-type": "application/json", "x-api-key": key })[name],
        body: '{"plate":"GXK204"}',
      },
      { signal: AbortSignal.abort() },
    );
    expect(audits[0]?.reason).toBe("aborted");
  });
});

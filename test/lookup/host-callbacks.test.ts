import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { LookupAudit } from "../../src/lookup/audit.ts";
import { apiKeyAuth, basicAuth, bearerAuth } from "../../src/lookup/auth/authorizers.ts";
import { issueCredentials } from "../../src/lookup/auth/issue-credentials.ts";
import { createPermitLookupHandler, type PermitLookupOptions } from "../../src/lookup/handler.ts";
import { memoryPermits } from "../../src/lookup/memory-permits.ts";
import { offstreetDialect } from "../../src/vendors/t2-flex/dialects/offstreet/offstreet.ts";
import { createT2FlexProvider } from "../../src/vendors/t2-flex/provider.ts";
import { idle, letTimePass, stopTime } from "../support/fake-time.ts";
import { listOfPromises, type Misbehaviour, misbehaviours, SECRET } from "../support/misbehaviour.ts";
import { directory, lookupRequest, now, permit } from "./campus.ts";

// Every function of the host, in every way in which it can fail. No rejection is
// unhandled, every request is answered and recorded, and a "no" is never invented.

const DEADLINE_MS = 500;
const { username, password, stored } = issueCredentials({ companyId: "fundy" });

/** The reply and its record: HTTP status, status and reason, and the stage that failed. */
interface Expected {
  readonly http: number;
  readonly status: string;
  readonly reason: string | RegExp;
  readonly stage?: string;
}

interface Callback {
  readonly name: string;
  /** The options with the callback that misbehaves. */
  readonly with: (misbehave: () => unknown) => Partial<PermitLookupOptions>;
  readonly headers?: Record<string, string>;
  /** Whether it returns a list. */
  readonly isList?: true;
  readonly expected: (how: Misbehaviour) => Expected;
}

const wrong = <Value>(value: unknown) => value as Value;
const ANSWERED: Expected = { http: 200, status: "valid", reason: "match_region_unknown" };
const TOO_LATE: Expected = { http: 503, status: "undetermined", reason: "source_timeout" };
const UNAUTHORIZED: Expected = { http: 401, status: "refused", reason: "unauthorized" };
const BROKEN: Expected = { http: 500, status: "refused", reason: "internal_error", stage: "dialect" };
const failed = (stage: string): Expected => ({
  http: 503,
  status: "undetermined",
  reason: "source_failed",
  stage,
});

/** A store or a source: it fails, is late, or returns something that cannot be read. */
const unknownBy = (stage: string, ofValue: (value: unknown) => Expected = () => failed(stage)) => {
  return (how: Misbehaviour): Expected => {
    if (how.kind === "hangs") return TOO_LATE;
    return how.kind === "fails" ? failed(stage) : ofValue(how.value);
  };
};

/** A falsy value is no credential: the request is refused. */
const proven = unknownBy("credentials", (value) => (value ? failed("credentials") : UNAUTHORIZED));

const brokenDialect = (part: object) => ({
  provider: createT2FlexProvider({ dialect: { ...offstreetDialect, ...part } }),
});

const noStranger = { authorize: apiKeyAuth({ find: () => undefined }) };

/** Time passes while an iterator is read again and again. */
const takingTime = (run: () => unknown) => {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls % 100 === 0) vi.advanceTimersByTime(DEADLINE_MS);
    return run();
  };
};

/** A result of `next()` that never ends its iterator: every property of it can be read, and `done` is not set. */
const isEndless = ({ kind, name, value }: Misbehaviour) =>
  kind === "gives" && value !== undefined && value !== null && !name.includes("proxy");

const CALLBACKS: readonly Callback[] = [
  {
    name: "directory.getCompany",
    with: (run) => ({ directory: { ...directory, getCompany: wrong(run) } }),
    expected: unknownBy("directory", (value) =>
      value === undefined || value === null
        ? { http: 503, status: "undetermined", reason: "unknown_company" }
        : failed("directory"),
    ),
  },
  {
    name: "directory.listLocations",
    with: (run) => ({ directory: { ...directory, listLocations: wrong(run) } }),
    isList: true,
    expected: unknownBy("directory"),
  },
  {
    name: "the iterator of listLocations",
    with: (run) => ({
      directory: {
        ...directory,
        listLocations: () => wrong({ [Symbol.iterator]: () => ({ next: takingTime(run) }) }),
      },
    }),
    expected: () => ({ http: 503, status: "undetermined", reason: /source_failed|source_timeout/ }),
  },
  {
    name: "findPermits",
    with: (run) => ({ findPermits: wrong(run) }),
    isList: true,
    expected: unknownBy("permits"),
  },
  {
    name: "the async iterator of findPermits",
    with: (run) => ({
      findPermits: () => wrong({ [Symbol.asyncIterator]: () => ({ next: takingTime(run) }) }),
    }),
    expected: (how) => (isEndless(how) ? TOO_LATE : unknownBy("permits")(how)),
  },
  {
    name: "the iterator of findPermits",
    with: (run) => ({ findPermits: () => wrong({ [Symbol.iterator]: () => ({ next: takingTime(run) }) }) }),
    expected: () => ({ http: 503, status: "undetermined", reason: /source_failed|source_timeout/ }),
  },
  {
    name: "authorize",
    with: (run) => ({ authorize: wrong({ authorize: run }) }),
    expected: proven,
  },
  {
    name: "find of apiKeyAuth",
    with: (run) => ({ authorize: apiKeyAuth({ find: wrong(run) }) }),
    expected: proven,
  },
  {
    name: "find of bearerAuth",
    with: (run) => ({ authorize: bearerAuth({ find: wrong(run) }) }),
    headers: { authorization: `Bearer ${password}` },
    expected: proven,
  },
  {
    name: "find of basicAuth",
    with: (run) => ({ authorize: basicAuth({ find: wrong(run) }) }),
    headers: { authorization: `Basic ${btoa(`${username}:${password}`)}` },
    expected: proven,
  },
  { name: "onAnswer", with: (run) => ({ onAnswer: wrong(run) }), expected: () => ANSWERED },
  {
    name: "clock",
    with: (run) => ({ clock: wrong(run) }),
    expected: () => ({ http: 500, status: "refused", reason: "internal_error", stage: "service" }),
  },
  {
    name: "throttle.consume",
    with: (run) => ({ ...noStranger, throttle: { consume: wrong(run) } }),
    // Such a proxy throws as soon as it is checked for being a promise.
    expected: ({ kind, name }) =>
      kind === "gives" && !name.includes("proxy") ? UNAUTHORIZED : { ...UNAUTHORIZED, stage: "credentials" },
  },
  {
    name: "throttleKey",
    with: (run) => ({ ...noStranger, throttle: { consume: async () => {} }, throttleKey: wrong(run) }),
    expected: ({ name, value }) =>
      name.startsWith("gives") && typeof value === "string" && !name.includes("proxy")
        ? UNAUTHORIZED
        : { ...UNAUTHORIZED, stage: "credentials" },
  },
  {
    name: "dialect.parseQuery",
    with: (run) => brokenDialect({ parseQuery: run }),
    // A question without a plate is the client's mistake.
    expected: () => ({
      http: expect.toBeOneOf([400, 500]),
      status: "refused",
      reason: /internal_error|invalid_request/,
    }),
  },
  {
    name: "dialect.renderAnswer",
    with: (run) => brokenDialect({ renderAnswer: run }),
    expected: () => BROKEN,
  },
  {
    name: "dialect.serveDocument",
    with: (run) => brokenDialect({ serveDocument: run }),
    expected: ({ name }) => (name === "gives undefined" || name === "gives null" ? ANSWERED : BROKEN),
  },
  {
    name: "dialect.readCredential",
    with: (run) => brokenDialect({ readCredential: run }),
    expected: () => ANSWERED,
  },
];

// The thrown value may be a revoked proxy: nothing of it can be printed.
let unhandled = 0;
const note = () => {
  unhandled += 1;
};
beforeAll(() => process.on("unhandledRejection", note));
afterAll(() => {
  process.off("unhandledRejection", note);
});
beforeEach(() => {
  unhandled = 0;
  stopTime(now.toISOString());
});
afterEach(() => {
  vi.useRealTimers();
});

let count = 0;

describe.each(CALLBACKS)(
  "$name",
  ({ with: withCallback, isList = false, headers = { "x-api-key": password }, expected }) => {
    it.each([...misbehaviours(10 * DEADLINE_MS), ...(isList ? [listOfPromises] : [])])(
      "that $name",
      async (how) => {
        count += 1;
        const audits: LookupAudit[] = [];
        let misbehaves = true;
        const good: PermitLookupOptions = {
          provider: createT2FlexProvider(),
          directory,
          clock: () => now,
          deadlineMs: DEADLINE_MS,
          authorize: [
            apiKeyAuth({ find: () => stored }),
            bearerAuth({ find: () => stored }),
            basicAuth({ find: () => stored }),
          ],
          findPermits: memoryPermits([permit()]).findPermits,
          onAnswer: (audit) => {
            audits.push(audit);
          },
        };
        const options = { ...good, ...withCallback(() => how.run()) };
        const handler = createPermitLookupHandler({
          ...options,
          onAnswer: (audit) => {
            audits.push(audit);
            return misbehaves ? (options.onAnswer as (audit: LookupAudit) => void)(audit) : undefined;
          },
        });

        const reply = await letTimePass(handler(lookupRequest({ plate: "GXK204" }, headers)));
        const body = await reply.text();
        const { http, status, reason, stage } = expected(how);
        const [audit] = audits;
        expect([reply.status, audit?.status, audit?.reason]).toEqual([
          http,
          status,
          expect.stringMatching(reason),
        ]);
        if (stage !== undefined || typeof reason === "string") expect(audit?.failure?.at).toBe(stage);
        expect(body).not.toContain(SECRET);
        expect(JSON.stringify(audits.map(({ asked: _, ...record }) => record))).not.toContain(SECRET);

        // A late result has arrived by then; nothing is left behind.
        await vi.advanceTimersByTimeAsync(20 * DEADLINE_MS);
        await idle();
        expect({ unhandled, timers: vi.getTimerCount() }).toEqual({ unhandled: 0, timers: 0 });

        misbehaves = false;
        const next = createPermitLookupHandler({ ...good, onAnswer: () => {} });
        expect((await letTimePass(next(lookupRequest({ plate: "GXK204" }, headers)))).status).toBe(200);
      },
    );
  },
);

it("prints the number of cases", () => {
  console.log(`lookup: ${CALLBACKS.length} functions of a host's, ${count} misbehaviours of them`);
  expect(count).toBe(CALLBACKS.length * misbehaviours(1).length + 2);
});

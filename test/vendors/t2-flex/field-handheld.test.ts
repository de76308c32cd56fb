import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isEnforcementError } from "../../../src/core/errors.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import {
  createFieldHandheld,
  createFieldHandheldWith,
  type FieldHandheldOptions,
} from "../../../src/vendors/t2-flex/sandbox/field-handheld.ts";
import { lookupRequest, minutes, now, openCampus, permit } from "../../lookup/campus.ts";
import { handTimers } from "../../support/hand-timers.ts";

const credential = { scheme: "api-key", key: "key-1" } as const;
const session = (endDateTime: unknown, more: object = {}) => ({ plate: "GXK204", endDateTime, ...more });

/** A handheld with two vendors. Each reply answers one question, in order; the last one repeats. */
function open(
  first: Array<() => Response | Promise<Response>>,
  second: () => Response | Promise<Response> = () =>
    Response.json({ sessions: [session("2027-01-01T00:00:00Z")] }),
  options: Partial<FieldHandheldOptions> = {},
) {
  return createFieldHandheld({
    vendors: [
      { name: "first", url: "https://first.test/", credential },
      { name: "second", url: "https://second.test/", credential },
    ],
    clock: () => now,
    fetch: async (input) => {
      if (new URL(String(input)).hostname === "second.test") return second();
      const reply = first.length > 1 ? first.shift() : first[0];
      return (reply as () => Response)();
    },
    ...options,
  });
}

const vendorsOf = ({ asked }: { asked: readonly { vendor: string }[] }) => asked.map(({ vendor }) => vendor);
const none = () => Response.json({ sessions: [] });

describe("the handheld in use", () => {
  it.each([201, 204, 301, 400, 401, 404, 429, 500, 503])(
    "shows nothing under %i, and calls no other vendor",
    async (status) => {
      const handheld = open([() => new Response(status === 204 ? null : "{}", { status })]);
      expect(await handheld.lookup({ plate: "GXK204" })).toEqual({ shows: "nothing" });
      expect(vendorsOf(handheld)).toEqual(["first"]);
    },
  );

  it.each<[string, () => Promise<Response>]>([
    ["a failure of transport", () => Promise.reject(new TypeError("fetch failed"))],
    ["a time-out", () => new Promise(() => {})],
  ])("continues with the next vendor after %s", async (_, reply) => {
    const timers = handTimers();
    const options: FieldHandheldOptions = {
      timeoutMs: 5,
      vendors: [
        { name: "first", url: "https://first.test/", credential },
        { name: "second", url: "https://second.test/", credential },
      ],
      clock: () => now,
      fetch: (input, init) => {
        if (String(input) !== "https://first.test/") return Promise.resolve(none());
        expect(timers.set).toEqual([5]);
        queueMicrotask(timers.fire);
        return Promise.race([
          reply(),
          new Promise<never>((__, reject) => {
            init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
          }),
        ]);
      },
    };
    const handheld = createFieldHandheldWith(options, timers);
    expect(await handheld.lookup({ plate: "GXK204" })).toEqual({ shows: "no_permit" });
    expect(vendorsOf(handheld)).toEqual(["first", "second"]);
  });

  it("reports no connection when no vendor can be reached", async () => {
    const fail = () => Promise.reject(new TypeError("fetch failed"));
    expect(await open([fail], fail).lookup({ plate: "GXK204" })).toEqual({ shows: "no_connection" });
  });

  it("shows the first record of the first vendor that has one", async () => {
    const handheld = open([none]);
    expect(await handheld.lookup({ plate: "GXK204" })).toMatchObject({ shows: "valid", vendor: "second" });
    const two = [session("2026-01-01T00:00:00Z"), session("2027-01-01T00:00:00Z")];
    expect(await open([() => Response.json({ sessions: two })]).lookup({ plate: "GXK204" })).toMatchObject({
      shows: "expired",
    });
  });

  it.each([null, undefined, "", "never", "2027-01-01", 4_102_444_800_000])(
    "shows nothing for the end %j",
    async (end) => {
      const handheld = open([() => Response.json({ sessions: [session(end)] })]);
      expect(await handheld.lookup({ plate: "GXK204" })).toEqual({ shows: "nothing" });
      expect(vendorsOf(handheld)).toEqual(["first"]);
    },
  );

  it("compares the end alone: a permit that starts tomorrow looks valid", async () => {
    const tomorrow = session("2027-01-01T00:00:00Z", { startDateTime: "2026-11-22T00:00:00Z" });
    const handheld = open([() => Response.json({ sessions: [tomorrow] })]);
    expect(await handheld.lookup({ plate: "GXK204" })).toMatchObject({ shows: "valid" });
  });

  it("crashes on an empty body, and shows nothing for one that is not a list", async () => {
    expect(await open([() => new Response("")]).lookup({ plate: "A" })).toEqual({ shows: "crash" });
    expect(await open([() => new Response("<html>")]).lookup({ plate: "A" })).toEqual({ shows: "nothing" });
    expect(await open([() => new Response("null")]).lookup({ plate: "A" })).toEqual({ shows: "nothing" });
  });

  it.each([
    ["O0B1", ["O0B1", "00B1", "OOB1"]],
    ["OOB1", ["OOB1", "00B1"]],
    ["00B1", ["00B1", "OOB1"]],
    ["ABC1", ["ABC1"]],
  ])(
    "repeats the lookup with every O as 0, and every 0 as O, when the flag is on: %s",
    async (plate, plates) => {
      const handheld = open([none], none, { swapsZeroAndO: true });
      await handheld.lookup({ plate });
      expect(handheld.asked.filter(({ vendor }) => vendor === "first").map((one) => one.plate)).toEqual(
        plates,
      );
      const plain = open([none], none);
      await plain.lookup({ plate });
      expect(plain.asked).toHaveLength(2);
    },
  );

  it.each([
    ["an unknown option", { timeout: 5 }],
    ["no vendor", { vendors: [] }],
    ["a vendor without a name", { vendors: [{ name: "", url: "https://a.test/", credential }] }],
    ["an invalid flag", { swapsZeroAndO: "yes" }],
    [
      "a credential of another wire",
      {
        vendors: [
          {
            name: "a",
            url: "https://a.test/",
            credential: { scheme: "username-token", username: "u", password: "p", token: "t" },
          },
        ],
      },
    ],
  ])("refuses %s", (_, options) => {
    const vendors = [{ name: "a", url: "https://a.test/", credential }];
    expect(() => createFieldHandheld({ vendors, ...options } as never)).toThrow(
      expect.toSatisfy(isEnforcementError),
    );
  });
});

describe("an answer to such a handheld", () => {
  it("never has a start in the future, an end that is null or unreadable, or an empty body", async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    console.log(`offstreet sessions: seed ${seed}`);
    const instant = fc.integer({ min: Date.UTC(1, 0, 1), max: Date.UTC(9999, 11, 31) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ from: instant, length: fc.option(fc.integer({ min: 1, max: 1e14 })) }), {
          maxLength: 5,
        }),
        fc.integer({ min: 0, max: 60 }),
        async (terms, graceMinutes) => {
          const permits = terms.flatMap(({ from, length }, index) => {
            const to = length === null ? null : new Date(Math.min(from + length, Date.UTC(9999, 11, 31)));
            const validFrom = new Date(from);
            if (to !== null && to <= validFrom) return [];
            return [permit({ id: `P-${index}`, plates: [parsePlate("GXK204")], validFrom, validTo: to })];
          });
          const { handler, key } = openCampus({ permits, graceMinutes });
          const response = await handler(lookupRequest({ plate: "GXK204" }, { "x-api-key": key }));
          const text = await response.text();
          expect([response.status, text === ""]).toEqual([200, false]);
          const { sessions } = JSON.parse(text) as { sessions: Array<Record<string, string>> };
          for (const { startDateTime = "", endDateTime = "" } of sessions) {
            expect(endDateTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
            expect(new Date(startDateTime) <= now).toBe(true);
            // Only grace makes an ended permit valid.
            expect(new Date(endDateTime) > minutes(-graceMinutes - 1e-9)).toBe(true);
          }
        },
      ),
      { numRuns: 300, seed },
    );
  });

  it("has a body under every status", async () => {
    const { handler, key } = openCampus({
      permits: [permit()],
      throttle: { consume: () => Promise.reject({ msBeforeNext: 1 }) },
    });
    const ask = (init: RequestInit, question: unknown = { plate: "GXK204" }) =>
      handler(new Request(lookupRequest(question, { "x-api-key": key }), init));
    const replies = [
      await ask({}),
      await ask({}, { plate: "NOBODY" }),
      await ask({}, "{"),
      await ask({}, "x".repeat(20_000)),
      await ask({}, { plate: "GXK204", locationId: "nowhere" }),
      await ask({ headers: { "x-api-key": "wrong", "content-type": "application/json" } }),
      await ask({ headers: { "x-api-key": key, "content-type": "text/plain" } }),
      await handler(new Request("http://lookup.test/", { method: "DELETE" })),
    ];
    const broken = new ReadableStream({
      pull: (controller) => controller.error(new Error("gone")),
    });
    replies.push(
      await handler(
        new Request("http://lookup.test/", { method: "POST", body: broken, duplex: "half" } as RequestInit),
      ),
    );
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 400, 413, 503, 429, 415, 405, 400]);
    for (const reply of replies) expect(await reply.text()).not.toBe("");
  });
});

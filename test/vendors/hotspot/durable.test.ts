import { describe, expect, it } from "vitest";
import { defaultHotSpotWire } from "../../../src/vendors/hotspot/default-wire.ts";
import type { HotSpotWire } from "../../../src/vendors/hotspot/wire.ts";
import { durableHotSpot, permit } from "./durable-bench.ts";

const many = Array.from({ length: 20 }, (_, index) => permit(`P${index}`));
const MINUTE_MS = 60_000;

describe("a gateway that answers in place of HotSpot", () => {
  it.each([
    ["404 with a page", 404, "<!doctype html><p>Not found"],
    ["404 with a problem document", 404, '{"type":"about:blank","title":"Not Found","status":404}'],
    ["403 with nothing", 403, ""],
    ["401 with JSON of its own", 401, '{"message":"Unauthorized"}'],
    ["400 with text", 400, "Bad Request"],
    ["200 with a page", 200, "<!doctype html><p>Welcome"],
    ["200 with a problem document", 200, '{"type":"about:blank","title":"Not Found","status":404}'],
  ])("with %s refuses nothing: every permit is delivered once it is gone", async (_, status, body) => {
    const { sync, between, pass, failures, seen, sandbox } = durableHotSpot();
    between.answer = async () => new Response(body, { status });
    await sync.start();
    await sync.issueMany(many);
    await pass(2_000);

    expect(await failures()).toEqual([]);
    expect(sandbox.permits.size).toBe(0);
    if (status >= 400) {
      expect((await sync.status()).providers).toMatchObject([{ pending: 20, breaker: { state: "open" } }]);
    }

    between.answer = async () => undefined;
    await pass(15 * MINUTE_MS);

    expect(seen().toSorted()).toEqual(many.map(({ id }) => id).toSorted());
    expect(await failures()).toEqual([]);
    expect((await sync.status()).providers).toMatchObject([{ pending: 0, breaker: { state: "closed" } }]);
    await sync.stop();
  });

  it("does not end a right by its 404: the right is cancelled once HotSpot is back", async () => {
    const { sync, between, pass, failures, seen } = durableHotSpot();
    await sync.start();
    await sync.issue(permit("GXK204"));
    await pass(1_000);
    between.answer = async () => Response.json({ type: "about:blank", status: 404 }, { status: 404 });
    await sync.revoke("GXK204");
    await pass(10_000);
    expect([seen(), await failures()]).toEqual([["GXK204"], []]);

    between.answer = async () => undefined;
    await pass(5 * MINUTE_MS);

    expect([seen(), await failures()]).toEqual([[], []]);
    await sync.stop();
  });
});

describe("a right that HotSpot has lost", () => {
  const forget = (sandbox: { permits: ReadonlyMap<string, unknown> }) => {
    const [reference] = [...sandbox.permits.keys()];
    (sandbox.permits as Map<string, unknown>).clear();
    return reference;
  };

  it("is registered again under its reference when it is extended", async () => {
    const { sync, pass, failures, sandbox, events } = durableHotSpot();
    await sync.start();
    await sync.issue(permit("GXK204"));
    await pass(1_000);
    const reference = forget(sandbox);

    await sync.revise(permit("GXK204", { validTo: "2027-03-31T00:00:00Z", revision: 2 }));
    await pass(MINUTE_MS);

    expect([...sandbox.permits.values()]).toMatchObject([
      { permitReference: reference, status: "active", endTime: new Date("2027-03-31T00:00:00Z") },
    ]);
    expect(await failures()).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: "acknowledged", operation: "register" });
    await sync.stop();
  });

  it("is registered again when an open-ended one is due for renewal", async () => {
    const { sync, pass, failures, seen, sandbox } = durableHotSpot({ openEndedDays: 3 });
    await sync.start();
    await sync.issue(permit("GXK204", { validTo: null }));
    await pass(1_000);
    const reference = forget(sandbox);

    await pass(3 * 24 * 60 * MINUTE_MS);

    expect([seen(), await failures()]).toEqual([["GXK204"], []]);
    expect([...sandbox.permits.keys()]).toEqual([reference]);
    await sync.stop();
  });
});

describe("a create whose reply was lost and whose repeat is refused", () => {
  it.each([
    ["that exists is cancelled by the provider's own reference when its permit is revoked", true],
    ["that does not exist is resolved by HotSpot's not found", false],
  ])("%s", async (_, isApplied) => {
    const { sync, between, pass, failures, seen, sandbox } = durableHotSpot();
    let creates = 0;
    between.answer = async (request) => {
      if (!request.url.endsWith("/permits")) return undefined;
      creates += 1;
      if (creates > 1) return Response.json({ ErrorCode: 9005 }, { status: 400 });
      if (isApplied) await sandbox.fetch(request);
      throw new TypeError("fetch failed");
    };
    await sync.start();
    await sync.issue(permit("GXK204"));
    await pass(MINUTE_MS);
    expect(await failures()).toMatchObject([{ operation: "register", vendorCode: "9005" }]);
    expect(seen()).toHaveLength(isApplied ? 1 : 0);

    await sync.revoke("GXK204");
    await pass(5 * MINUTE_MS);

    expect([seen(), await failures()]).toEqual([[], []]);
    expect((await sync.status()).providers).toMatchObject([{ pending: 0 }]);
    await sync.stop();
  });
});

describe("a permit that a wire cannot encode", () => {
  it.each([
    [
      "because encode fails",
      () => {
        throw new Error("P3 token-1");
      },
    ],
    [
      "because its body is an object",
      () => ({ method: "POST", path: "/permits", headers: {}, body: {} as never }),
    ],
  ])("%s does not delay the others, and is not retried constantly", async (_, encodeBadly) => {
    let tries = 0;
    const wire = {
      ...defaultHotSpotWire,
      encode(operation: Parameters<typeof defaultHotSpotWire.encode>[0]) {
        if (operation.plateNumber !== "P3") return defaultHotSpotWire.encode(operation);
        tries += 1;
        return encodeBadly();
      },
    };
    const { sync, pass, seen, events } = durableHotSpot({ wire });
    await sync.start();
    await sync.issue(permit("P3"));
    await pass(MINUTE_MS);
    for (const one of many.filter(({ id }) => id !== "P3")) {
      await sync.issue(one);
      await pass(1_000);
    }

    expect(seen()).toHaveLength(19);
    expect(events.map(({ type }) => type)).not.toContain("provider_down");
    expect((await sync.status()).providers).toMatchObject([{ breaker: { state: "closed" } }]);
    await pass(60 * MINUTE_MS);
    expect(tries).toBeLessThan(40);
    await sync.stop();
  });
});

describe("a permit whose reply a wire decodes oddly", () => {
  const decodeOddly = (odd: () => unknown): HotSpotWire["decode"] => {
    return (response) => {
      if (response.status < 400) return defaultHotSpotWire.decode(response);
      return odd() as ReturnType<HotSpotWire["decode"]>;
    };
  };

  it.each<[string, () => unknown, string | undefined]>([
    ["a code that is a number", () => ({ refusal: { reason: "rejected", code: 9006 } }), "9006"],
    ["a message that is null", () => ({ refusal: { reason: "rejected", message: null } }), undefined],
  ])("as %s is refused once, and the others are delivered", async (_, odd, vendorCode) => {
    const wire = { ...defaultHotSpotWire, decode: decodeOddly(odd) };
    const { sync, between, pass, failures, seen, events } = durableHotSpot({ wire });
    between.answer = async (request) => {
      const isOdd = (await request.clone().text()).includes('"P3"');
      return isOdd ? Response.json({}, { status: 400 }) : undefined;
    };
    await sync.start();
    await sync.issueMany(many);
    await pass(MINUTE_MS);

    expect(seen()).toHaveLength(19);
    expect(await failures()).toMatchObject([{ code: "rejected", ...(vendorCode && { vendorCode }) }]);
    expect(events.map(({ type }) => type)).not.toContain("provider_down");
    await sync.stop();
  });

  it("that it cannot read at all is repeated on its own, and the others are delivered", async () => {
    let replies = 0;
    const wire: HotSpotWire = {
      ...defaultHotSpotWire,
      decode(response) {
        if (response.headers.has("x-odd")) throw new Error("P3 token-1");
        return defaultHotSpotWire.decode(response);
      },
    };
    const { sync, between, pass, failures, seen, events } = durableHotSpot({ wire });
    between.answer = async (request) => {
      if (!(await request.clone().text()).includes('"P3"')) return undefined;
      replies += 1;
      return Response.json({ Reference: "R" }, { headers: { "x-odd": "1" } });
    };
    await sync.start();
    await sync.issue(permit("P3"));
    await pass(MINUTE_MS);
    await sync.issueMany(many.filter(({ id }) => id !== "P3"));
    await pass(MINUTE_MS);

    expect([seen().length, await failures()]).toEqual([19, []]);
    expect(events.map(({ type }) => type)).not.toContain("provider_down");
    await pass(60 * MINUTE_MS);
    expect(replies).toBeLessThan(40);
    await sync.stop();
  });
});

import { beforeEach, describe, expect, it, vi } from "vitest";
import { failuresOf, receiptsOf } from "../../support/outcomes.ts";
import { serveVendor } from "../../support/vendor-server.ts";
import { connect, manyRegistrations, ORIGIN } from "./provider-bench.ts";

const vendor = serveVendor(ORIGIN);

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  return () => vi.restoreAllMocks();
});

describe("a multi-status reply", () => {
  it("has an outcome for each session", async () => {
    const { provider, sandbox, count } = connect(vendor);
    sandbox.nextEvents("multi-status", { refused: [1, 3] });

    const outcomes = await provider.registerMany(manyRegistrations(5));

    expect(failuresOf(outcomes)).toMatchObject([
      { index: 1, code: "rejected", status: 422, vendorCode: "event_refused", outcome: "not_applied" },
      { index: 3, code: "rejected", status: 422, vendorMessage: "The event is refused." },
    ]);
    expect(failuresOf(outcomes)[0]).toMatchObject({ attempts: 1, traceId: expect.any(String) });
    expect(sandbox.sessions.size).toBe(3);
    expect(count("/events")).toBe(1);
  });

  it("repeats the sessions that Passport could not serve, and only those", async () => {
    let first = true;
    const { provider, sandbox, batches } = connect(vendor, {
      async instead(request) {
        if (!request.url.endsWith("/events") || !first) return undefined;
        first = false;
        const { data } = await request.json();
        const items = (data as { session_id: string }[]).map(({ session_id }, index) => ({
          session_id,
          status: [202, 503, 422, 429][index],
        }));
        return Response.json({ data: items }, { status: 207 });
      },
    });

    const outcomes = await provider.registerMany(manyRegistrations(4));

    expect(batches().map(({ data }) => data.length)).toEqual([4, 2]);
    expect(failuresOf(outcomes)).toMatchObject([{ index: 2, status: 422, outcome: "not_applied" }]);
    expect(sandbox.sessions.size).toBe(2);
  });

  it.each([
    ["a generic problem document", { type: "about:blank", title: "Not Found", status: 404 }],
    ["no words at all", undefined],
  ])(
    "repeats a session that is not found in %s: only Passport's own error format ends it",
    async (_, error) => {
      const { provider, batches } = connect(vendor, {
        provider: { retries: 1 },
        async instead(request) {
          const body = request.url.endsWith("/events") ? await request.clone().json() : undefined;
          if (body?.type !== "parking_session_stopped") return undefined;
          const data = body.data.map(({ session_id }: { session_id: string }) => ({
            session_id,
            status: 404,
            error,
          }));
          return Response.json({ data }, { status: 207 });
        },
      });
      const receipts = receiptsOf(await provider.registerMany(manyRegistrations(2)));

      expect(failuresOf(await provider.cancelMany(receipts))).toMatchObject([
        { index: 0, code: "unavailable", outcome: "unknown", retryable: true, status: 404 },
        { index: 1, code: "unavailable", outcome: "unknown", retryable: true, status: 404 },
      ]);
      expect(batches().filter(({ type }) => type === "parking_session_stopped")).toHaveLength(2);
    },
  );

  it("under 200 is read in the same way", async () => {
    const { provider, sandbox } = connect(vendor, {
      async instead(request) {
        if (!request.url.endsWith("/events")) return undefined;
        const { data } = await request.clone().json();
        const error = { type: "io.passportlabs:error:event_refused", detail: "No." };
        const items = (data as { session_id: string }[]).map(({ session_id }, index) =>
          index === 1 ? { session_id, status: 422, error } : { session_id, status: 200 },
        );
        return Response.json({ data: items });
      },
    });

    const outcomes = await provider.registerMany(manyRegistrations(3));

    expect(failuresOf(outcomes)).toMatchObject([{ index: 1, code: "rejected", vendorCode: "event_refused" }]);
    expect(sandbox.violations).toEqual([]);
  });

  it("leaves the outcome of a refused session open when an earlier attempt had no clear result", async () => {
    const { provider, sandbox, faults } = connect(vendor);
    faults.add({ kind: "status", status: 502, path: "/events" });
    sandbox.nextEvents("multi-status", { refused: [0] });

    const outcomes = await provider.registerMany(manyRegistrations(2));

    expect(failuresOf(outcomes)).toMatchObject([{ index: 0, status: 422, outcome: "unknown", attempts: 2 }]);
  });

  it("without outcomes of its sessions is repeated by identity, and creates nothing twice", async () => {
    const { provider, sandbox, batches } = connect(vendor);
    sandbox.nextEvents("multi-status-unreadable", { refused: [1] });

    const outcomes = await provider.registerMany(manyRegistrations(3));

    expect(failuresOf(outcomes)).toEqual([]);
    expect(batches()).toHaveLength(2);
    expect(batches()[1]).toEqual(batches()[0]);
    expect(sandbox.sessions.size).toBe(3);
    expect(sandbox.events.map(({ effect }) => effect)).toEqual([
      ...["applied", "applied", "repeated", "applied", "repeated"],
    ]);
  });

  it("that never has outcomes of its sessions leaves the whole batch unknown", async () => {
    const { provider, sandbox, count } = connect(vendor, { provider: { retries: 2 } });
    for (let reply = 0; reply < 3; reply += 1) sandbox.nextEvents("multi-status-unreadable");

    const outcomes = await provider.registerMany(manyRegistrations(3));

    expect(failuresOf(outcomes).map(({ code, outcome, attempts }) => [code, outcome, attempts])).toEqual(
      Array(3).fill(["invalid_response", "unknown", 3]),
    );
    expect(count("/events")).toBe(3);
    expect(sandbox.sessions.size).toBe(3);
  });

  it.each([
    [
      "leaves a session out",
      (ids: string[]) => ids.slice(1).map((session_id) => ({ session_id, status: 200 })),
    ],
    [
      "names a session twice",
      (ids: string[]) => [ids[0], ids[0]].map((session_id) => ({ session_id, status: 200 })),
    ],
    [
      "names an unknown session",
      (ids: string[]) => [...ids, "stranger"].map((session_id) => ({ session_id, status: 200 })),
    ],
  ])("that %s has no outcomes of its sessions", async (_, toItems) => {
    const { provider } = connect(vendor, {
      provider: { retries: 0 },
      async instead(request) {
        if (!request.url.endsWith("/events")) return undefined;
        const { data } = await request.json();
        const ids = (data as { session_id: string }[]).map(({ session_id }) => session_id);
        return Response.json({ data: toItems(ids) }, { status: 207 });
      },
    });

    const outcomes = await provider.registerMany(manyRegistrations(2));

    expect(failuresOf(outcomes).map(({ code, outcome }) => `${code} ${outcome}`)).toEqual(
      Array(2).fill("invalid_response unknown"),
    );
  });

  it("counts a session that is not found as cancelled", async () => {
    const { provider, sandbox } = connect(vendor, {
      async instead(request) {
        const body = request.url.endsWith("/events") ? await request.clone().json() : undefined;
        if (body?.type !== "parking_session_stopped") return undefined;
        const error = { type: "io.passportlabs:error:session_not_found" };
        const data = body.data.map(({ session_id }: { session_id: string }) => ({
          session_id,
          status: 404,
          error,
        }));
        return Response.json({ data }, { status: 207 });
      },
    });
    const receipts = receiptsOf(await provider.registerMany(manyRegistrations(2)));

    expect(failuresOf(await provider.cancelMany(receipts))).toEqual([]);
    expect(sandbox.violations).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { failureOf, sampleRegistration } from "../../support/registrations.ts";
import { type BenchOptions, connectDirectly } from "./provider-bench.ts";

// "Not found" completes a cancellation, and has a lost right registered again: it must come from Passport, and be about
// the session.

const LATER = new Date("2027-02-01T00:00:00.000Z");

/** A provider with one registration, whose next stops and extensions get one reply. */
async function connectTo(reply: (type: string) => Response | undefined, options: BenchOptions = {}) {
  const bench = connectDirectly({
    ...options,
    provider: { retries: 0, ...options.provider },
    async instead(request) {
      const early = await options.instead?.(request);
      if (early !== undefined || !request.url.endsWith("/events")) return early;
      const { type } = await request.clone().json();
      return reply(type.replace("parking_session_", ""));
    },
  });
  return { ...bench, receipt: await bench.provider.register(sampleRegistration()) };
}

const refuse = (status: number, code: string, more: Record<string, unknown> = {}) =>
  Response.json({ type: `io.passportlabs:error:${code}`, ...more }, { status });

describe("a cancellation", () => {
  it.each([
    [404, "session_not_found"],
    [404, "parking_session_not_found"],
    [404, "no_such_session"],
    [410, "session_gone"],
    [422, "session_not_found"],
    [400, "session_does_not_exist"],
    [200, "session_not_found"],
  ])("succeeds when Passport replies %i %s", async (status, code) => {
    const { provider, receipt } = await connectTo((type) =>
      type === "stopped" ? refuse(status, code) : undefined,
    );

    expect(await provider.cancel(receipt)).toBeUndefined();
  });

  it.each([
    [404, "zone_not_found"],
    [404, "operator_not_found"],
    [404, "route_not_found"],
    [404, "session_zone_not_found"],
    [400, "session_id_missing"],
    [404, "locked"],
    [422, "not_found"],
  ])("is refused when Passport replies %i %s, which is not about the session", async (status, code) => {
    const { provider, receipt } = await connectTo((type) =>
      type === "stopped" ? refuse(status, code) : undefined,
    );

    expect(await failureOf(() => provider.cancel(receipt))).toMatchObject({
      code: "rejected",
      status,
      vendorCode: code,
      reason: undefined,
      outcome: "not_applied",
    });
  });

  it.each(["not_found", "resource_not_found"])(
    "succeeds after %s, which is ambiguous, where the session is not shown",
    async (code) => {
      const { provider, receipt, pass } = await connectTo((type) =>
        type === "stopped" ? refuse(404, code) : undefined,
      );
      pass(60_000);

      // The sandbox still shows it: Passport meant something else.
      expect(await failureOf(() => provider.cancel(receipt))).toMatchObject({ code: "rejected" });

      const gone = await connectTo((type) => (type === "stopped" ? refuse(404, code) : undefined), {
        instead: ({ url }) => (url.includes("/parking-rights") ? Response.json({ data: [] }) : undefined),
      });
      expect(await gone.provider.cancel(gone.receipt)).toBeUndefined();
    },
  );

  const REFUSALS: readonly [string, () => Response][] = [
    ["409", () => refuse(409, "session_stopped")],
    ["404", () => refuse(404, "not_found")],
  ];
  const FAILED_LOOKS: readonly [string, () => Response][] = [
    ["a gateway's 502", () => new Response("<h1>Bad Gateway</h1>", { status: 502 })],
    ["503", () => new Response("", { status: 503 })],
    ["Passport's own 503", () => refuse(503, "maintenance")],
    ["429", () => new Response("", { status: 429 })],
    ["what cannot be read", () => new Response("{")],
  ];

  const cases = REFUSALS.flatMap(([said, refusal]) =>
    FAILED_LOOKS.map(([heard, failedLook]) => ({ said, refusal, heard, failedLook })),
  );
  it.each(cases)(
    "that Passport refuses with $said has an unknown outcome while reading back gets $heard",
    async ({ refusal, failedLook }) => {
      let isDown = true;
      const { provider, receipt } = await connectTo((type) => (type === "stopped" ? refusal() : undefined), {
        instead({ url }) {
          if (!url.includes("/parking-rights")) return undefined;
          return isDown ? failedLook() : Response.json({ data: [] });
        },
      });

      const error = await failureOf(() => provider.cancel(receipt));
      expect(error).toMatchObject({ outcome: "unknown" });
      expect(error.code).not.toBe("rejected");

      isDown = false;
      expect(await provider.cancel(receipt)).toBeUndefined();
    },
  );
});

describe("a repeated registration", () => {
  it.each<[string, () => Response]>([
    ["503", () => new Response("", { status: 503 })],
    ["429", () => new Response("", { status: 429 })],
  ])("may be live while stating its end again gets %s", async (_, failed) => {
    let isDown = true;
    const { provider } = await connectTo((type) => (type === "extended" && isDown ? failed() : undefined));
    const moved = sampleRegistration({ validTo: LATER });

    // Sync then cancels it if the permit is revoked in the meantime.
    const error = await failureOf(() => provider.register(moved));
    expect(error).toMatchObject({ outcome: "unknown", retryable: true });

    isDown = false;
    expect((await provider.register(moved)).coveredUntil).toBe(LATER.toISOString());
  });
});

describe("an amendment", () => {
  it.each([
    [404, "session_not_found"],
    [200, "session_not_found"],
    [404, "not_found"],
  ])("of a right that Passport has lost (%i %s) has that reason", async (status, code) => {
    const { provider, receipt } = await connectTo((type) =>
      type === "extended" ? refuse(status, code) : undefined,
    );

    expect(await failureOf(() => provider.amend(receipt, { validTo: LATER }))).toMatchObject({
      code: "rejected",
      vendorCode: code,
      reason: "not_found",
      outcome: "not_applied",
    });
  });

  it("refused for anything else has no reason", async () => {
    const { provider, receipt } = await connectTo((type) =>
      type === "extended" ? refuse(409, "conflict") : undefined,
    );

    expect((await failureOf(() => provider.amend(receipt, { validTo: LATER }))).reason).toBeUndefined();
  });

  it("in a batch has the reason of its own session", async () => {
    const { provider, receipt, sandbox } = await connectTo(() => undefined);
    const second = await provider.register(sampleRegistration({ permitId: "P-2" }));
    const lost = { ...second, reference: `${second.reference}-lost` };

    const outcomes = await provider.amendMany(
      [receipt, lost].map((one) => ({ receipt: one, validTo: LATER })),
    );

    expect(outcomes[0]?.ok).toBe(true);
    expect(outcomes[1]).toMatchObject({ ok: false, error: { reason: "not_found" } });
    expect(sandbox.sessions.get(receipt.reference)?.endTime).toEqual(LATER);
  });
});

describe("a registration that Passport already has", () => {
  const repeated = (extended: () => Response | undefined) =>
    connectTo((type) => {
      if (type === "extended") return extended();
      return isRepeat ? refuse(409, "session_exists") : undefined;
    });
  let isRepeat = false;

  it.each<[string, () => Response | undefined, Record<string, unknown> | undefined]>([
    ["by its own id: its end is stated again", () => undefined, undefined],
    [
      "under another id: what exists is another right",
      () => refuse(404, "session_not_found"),
      { code: "rejected", vendorCode: "session_exists", reason: "already_exists" },
    ],
    [
      "and has stopped",
      () => refuse(409, "session_stopped"),
      { code: "rejected", vendorCode: "session_exists", reason: undefined },
    ],
    [
      "while a gateway stands before it: nothing is final",
      () => new Response("<h1>Not Found</h1>", { status: 404 }),
      { code: "unavailable", outcome: "unknown", retryable: true },
    ],
  ])("%s", async (_, extended, expected) => {
    isRepeat = false;
    const { provider } = await repeated(extended);
    isRepeat = true;
    const registering = provider.register(sampleRegistration());

    if (expected === undefined) expect(await registering).toMatchObject({ providerId: "passport" });
    else expect(await failureOf(() => registering)).toMatchObject(expected);
  });
});

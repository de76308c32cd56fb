import { describe, expect, it } from "vitest";
import { memoryDirectory } from "../../../src/core/directory/directory.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { SyncEvent } from "../../../src/sync/deliver/events.ts";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { createPermitSyncWith } from "../../../src/sync/permit-sync.ts";
import { createPassportProvider } from "../../../src/vendors/passport/provider.ts";
import { createPassportSandbox } from "../../../src/vendors/passport/sandbox/sandbox.ts";
import { createVirtualTime } from "../histories/virtual-time.ts";
import { listAll } from "../list-all.ts";

const START = Date.parse("2026-09-15T12:00:00.000Z");
const OPERATOR = "3f1a7c52-8b6d-4e0f-9c21-d47a60b5e913";
const ZONE = "9d3c1e70-5a42-4b8f-a6d1-07e2c94f8b35";

const PAGE = "<html><head><title>404 Not Found</title></head><body>nginx</body></html>";
const problem = { type: "about:blank", title: "Not Found", status: 404 };

/** Replies that a gateway may send in Passport's place. */
const GATEWAYS: Readonly<Record<string, () => Response>> = {
  "404 with a page": () => new Response(PAGE, { status: 404, headers: { "content-type": "text/html" } }),
  "403 with a page": () => new Response(PAGE, { status: 403, headers: { "content-type": "text/html" } }),
  "404 with a generic problem": () =>
    Response.json(problem, { status: 404, headers: { "content-type": "application/problem+json" } }),
  "400 with nothing": () => new Response(null, { status: 400 }),
  "503 with text": () => new Response("upstream is away", { status: 503 }),
  "200 with a page": () => new Response(PAGE, { status: 200, headers: { "content-type": "text/html" } }),
};

function durablePassport() {
  const time = createVirtualTime(START);
  const timers = time.createTimers();
  const sandbox = createPassportSandbox({
    clientId: "client",
    clientSecret: "secret",
    operatorId: OPERATOR,
    zones: [{ id: ZONE, number: "1", name: "Lot" }],
    clock: timers.now,
  });
  const gateway: { answer: (() => Response) | undefined } = { answer: undefined };
  const provider = createPassportProvider({
    operatorId: OPERATOR,
    clientId: "client",
    clientSecret: "secret",
    baseUrl: "https://sandbox.invalid/passport",
    clock: timers.now,
    fetch: async (input, init) => gateway.answer?.() ?? sandbox.fetch(new Request(input, init)),
  });
  const events: SyncEvent[] = [];
  const sync = createPermitSyncWith(
    {
      providers: [provider],
      ledger: memoryLedger(),
      directory: memoryDirectory({
        companies: [{ id: "c", name: "C", providers: { passport: { enabled: true } } }],
        locations: [
          {
            ...{ id: "lot", companyId: "c", name: "Lot", region: "NB" },
            providers: { passport: { enabled: true, target: ZONE } },
          },
        ],
      }),
      onEvent: (event) => events.push(event),
    },
    { timers, random: () => 0.999 },
  );

  async function turns(): Promise<void> {
    for (let turn = 0; turn < 60; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  async function pass(milliseconds: number): Promise<void> {
    const end = time.elapsed() + milliseconds;
    for (;;) {
      await turns();
      while (time.runDue()) await turns();
      const next = time.untilNext();
      if (next === undefined || time.elapsed() + next > end) break;
      time.advance(next);
    }
    time.advance(end - time.elapsed());
    await turns();
  }

  const plates = () => [...sandbox.sessions.values()].filter(({ status }) => status === "active");
  return { sync, gateway, events, pass, plates };
}

const permits = Array.from({ length: 20 }, (_, index) => ({
  ...{
    id: `P-${index}`,
    companyId: "c",
    plates: [parsePlate(`GX${index}`)],
    locationIds: ["lot"],
    revision: 1,
  },
  ...{ validFrom: "2026-09-01T00:00:00Z", validTo: "2026-12-31T00:00:00Z" },
}));

describe("a gateway that answers everything in Passport's place for two seconds", () => {
  it.each(Object.entries(GATEWAYS))(
    "with %s: no refusal is final, and everything is delivered when it is gone",
    async (name, answer) => {
      const { sync, gateway, events, pass, plates } = durablePassport();
      gateway.answer = answer;
      await sync.start();
      await sync.issueMany(permits);
      await pass(2_000);
      expect((await sync.status()).providers).toMatchObject([
        // One batch and its repeat that cannot be read may be the fault of one session.
        { pending: 20, failed: 0, breaker: { state: name.startsWith("200") ? "closed" : "open" } },
      ]);
      gateway.answer = undefined;
      await pass(60_000);
      expect(plates()).toHaveLength(20);
      expect(await listAll(sync.failures())).toEqual([]);
      const types = new Set(events.map(({ type }) => type));
      expect(types).not.toContain("refused");
      await sync.stop();
    },
  );

  it("appears when a permit is revoked: the session is stopped when the gateway is gone", async () => {
    const { sync, gateway, pass, plates } = durablePassport();
    await sync.start();
    await sync.issueMany(permits.slice(0, 1));
    await pass(1_000);
    expect(plates()).toHaveLength(1);
    gateway.answer = GATEWAYS["404 with a generic problem"];
    await sync.revoke("P-0");
    await pass(2_000);
    expect((await sync.status()).providers).toMatchObject([{ pending: 1, failed: 0 }]);
    gateway.answer = undefined;
    await pass(60_000);
    expect(plates()).toHaveLength(0);
    await sync.stop();
  });
});

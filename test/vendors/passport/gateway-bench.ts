import { memoryDirectory } from "../../../src/core/directory/directory.ts";
import type { PermitInput } from "../../../src/core/permit/permit.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { createSandbox } from "../../../src/sandbox/sandbox.ts";
import type { SyncEvent } from "../../../src/sync/deliver/events.ts";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { createPermitSyncWith } from "../../../src/sync/permit-sync.ts";
import { createPassportProvider } from "../../../src/vendors/passport/provider.ts";
import { createVirtualTime } from "../../sync/histories/virtual-time.ts";
import { DOWNTOWN } from "./provider-bench.ts";

const START = Date.parse("2026-09-15T12:00:00.000Z");

/** Durable sync in virtual time, a Passport sandbox, and a gateway between them that may answer in its place. */
export function setUp() {
  const time = createVirtualTime(START);
  const timers = time.createTimers();
  const clock = timers.now;
  const sandbox = createSandbox({
    clock,
    strict: true,
    passport: { zones: [{ id: DOWNTOWN, number: "101", name: "Downtown Lot" }], tokenLifetimeSeconds: 3_600 },
  });
  const { passport } = sandbox;
  const world: { gateway: ((path: string) => Response | undefined) | undefined } = { gateway: undefined };
  const provider = createPassportProvider({
    operatorId: passport.operatorId,
    clientId: passport.clientId,
    clientSecret: passport.clientSecret,
    baseUrl: "https://passport.test/passport",
    clock,
    fetch: async (input, init) =>
      world.gateway?.(new URL(String(input)).pathname) ?? sandbox.fetch(String(input), init),
  });
  const on = { passport: { enabled: true, target: "101" } };
  const events: SyncEvent[] = [];
  const sync = createPermitSyncWith(
    {
      providers: [provider],
      ledger: memoryLedger(),
      directory: memoryDirectory({
        companies: [{ id: "c", name: "C", providers: { passport: { enabled: true } } }],
        locations: [{ id: "lot", companyId: "c", name: "Lot", region: "NB", providers: on }],
      }),
      onEvent: (event) => events.push(event),
    },
    { timers, random: () => 0.999 },
  );
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
  return {
    sync,
    passport,
    world,
    pass,
    types: () => events.map(({ type }) => type).filter((type) => type !== "acknowledged"),
    async state() {
      const [status] = (await sync.status()).providers;
      return { failed: status?.failed, pending: status?.pending, breaker: status?.breaker.state };
    },
    /** Plates that an officer sees now. */
    seen: () => passport.findSessions({ at: clock() }).length,
  };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** The given number of permits, each with its own plate. */
export const permits = (count: number, changes: Partial<PermitInput> = {}): PermitInput[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `P-${index}`,
    companyId: "c",
    plates: [parsePlate(`AB ${String(index).padStart(4, "0")}`)],
    locationIds: ["lot"],
    validFrom: "2026-09-01T00:00:00Z",
    validTo: "2026-12-31T00:00:00Z",
    revision: 1,
    ...changes,
  }));

import { memoryDirectory } from "../../../src/core/directory/directory.ts";
import type { PermitInput } from "../../../src/core/permit/permit.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { SyncEvent } from "../../../src/sync/deliver/events.ts";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { createPermitSyncWith } from "../../../src/sync/permit-sync.ts";
import { createHotSpotProvider } from "../../../src/vendors/hotspot/provider.ts";
import { createHotSpotSandbox } from "../../../src/vendors/hotspot/sandbox/sandbox.ts";
import type { HotSpotWire } from "../../../src/vendors/hotspot/wire.ts";
import { createVirtualTime } from "../../sync/histories/virtual-time.ts";
import { ORIGIN, SPOT } from "./provider-bench.ts";

/** Durable sync in virtual time over HotSpot's sandbox. `between` may answer in place of the sandbox. */
export function durableHotSpot(options: { wire?: HotSpotWire; openEndedDays?: number } = {}) {
  const time = createVirtualTime(Date.parse("2026-09-15T12:00:00.000Z"));
  const timers = time.createTimers();
  const sandbox = createHotSpotSandbox({
    clock: timers.now,
    token: "token-1",
    spotIds: [SPOT],
    strict: true,
  });
  const between: { answer: (request: Request) => Promise<Response | undefined> } = {
    answer: async () => undefined,
  };
  const provider = createHotSpotProvider({
    baseUrl: `${ORIGIN}/hotspot`,
    token: "token-1",
    clock: timers.now,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      return (await between.answer(request)) ?? sandbox.fetch(request);
    },
    ...options,
  });
  const providers = { hotspot: { enabled: true, target: SPOT } };
  const directory = memoryDirectory({
    companies: [{ id: "c", name: "C", providers: { hotspot: { enabled: true } } }],
    locations: [{ id: "lot", companyId: "c", name: "Lot", providers }],
  });
  const events: SyncEvent[] = [];
  const sync = createPermitSyncWith(
    { providers: [provider], ledger: memoryLedger(), directory, onEvent: (event) => events.push(event) },
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

  async function failures(): Promise<unknown[]> {
    const listed: unknown[] = [];
    for await (const failure of sync.failures()) listed.push(failure);
    return listed;
  }

  return {
    sync,
    sandbox,
    between,
    events,
    pass,
    failures,
    /** Plates that an officer sees now. */
    seen: () => sandbox.findPermits({ at: timers.now() }).map(({ plate }) => plate),
  };
}

// One exchange takes some turns of the event loop, and eight of them are in progress.
async function turns(): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export function permit(id: string, changes: Partial<PermitInput> = {}): PermitInput {
  return {
    id,
    companyId: "c",
    plates: [parsePlate(id, { region: "NB" })],
    locationIds: ["lot"],
    validFrom: "2026-09-01T00:00:00Z",
    validTo: "2026-12-31T00:00:00Z",
    revision: 1,
    ...changes,
  };
}

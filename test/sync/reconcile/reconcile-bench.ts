import { memoryDirectory } from "../../../src/core/directory/directory.ts";
import type { PermitInput } from "../../../src/core/permit/permit.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { createSandbox } from "../../../src/sandbox/sandbox.ts";
import type { SyncEvent } from "../../../src/sync/deliver/events.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { createPermitSync } from "../../../src/sync/permit-sync.ts";
import { createPassportProvider } from "../../../src/vendors/passport/provider.ts";
import type { PassportSandboxOptions } from "../../../src/vendors/passport/sandbox/sandbox.ts";
import type { PassportSandboxSession } from "../../../src/vendors/passport/sandbox/state.ts";

export const START = new Date("2026-09-15T12:00:00.000Z");
const HOUR_MS = 60 * 60_000;

/** The zones of the tests, by number. */
export const ZONES = [1, 2, 3].map((number) => ({
  id: `${String(number).repeat(8)}-1111-4111-8111-111111111111`,
  number: `10${number}`,
  name: `Lot ${number}`,
}));

/** Durable sync before a Passport sandbox. Lot 1 is mapped by its zone's id, lot 2 by its number, lot 3 by its name. */
export function setUp(
  options: {
    sandbox?: PassportSandboxOptions;
    fetch?: typeof fetch;
    ledger?: Ledger;
    concurrency?: number;
    onEvent?: (event: SyncEvent) => void;
  } = {},
) {
  let time = START.getTime();
  const clock = () => new Date(time);
  const sandbox = createSandbox({ clock, strict: true, passport: { zones: ZONES, ...options.sandbox } });
  const { passport } = sandbox;
  const createProvider = (id = "passport") =>
    createPassportProvider({
      ...{
        id,
        operatorId: passport.operatorId,
        clientId: passport.clientId,
        clientSecret: passport.clientSecret,
      },
      ...{ baseUrl: "https://sandbox.invalid/passport", clock, retries: 0 },
      fetch: options.fetch ?? ((input, init) => sandbox.fetch(input as Request, init)),
    });
  const provider = createProvider();
  const on = { passport: { enabled: true }, "passport-2": { enabled: true } };
  const targets = [ZONES[0]?.id, ZONES[1]?.number, ZONES[2]?.name] as string[];
  const directory = memoryDirectory({
    companies: [{ id: "university", name: "University", providers: on }],
    locations: targets.map((target, index) => ({
      ...{ id: `lot-${index + 1}`, companyId: "university", name: `Lot ${index + 1}`, region: "NB" },
      // The second instance shares the first lot's zone.
      providers: {
        passport: { enabled: true, target },
        "passport-2": { enabled: index === 0, target },
      },
    })),
  });
  const { ledger = memoryLedger(), concurrency = 8, onEvent = () => {} } = options;
  const sync = createPermitSync({ providers: [provider], ledger, directory, clock, concurrency, onEvent });
  return {
    ...{ sandbox, passport, provider, createProvider, directory, ledger, sync, clock },
    /** What an officer sees now, by plate. */
    seen: () =>
      passport
        .findSessions({ at: clock() })
        .map(({ plate, endTime }) => `${plate} ${endTime.toISOString()}`)
        .sort(),
    pass(milliseconds: number) {
      time += milliseconds;
    },
    /** Removes a session from the vendor's memory, as a vendor that lost it. */
    lose(sessionId: string) {
      (passport.sessions as Map<string, PassportSandboxSession>).delete(sessionId);
    },
    /** Changes a session at the vendor, unknown to sync. */
    alter(sessionId: string, changes: Partial<PassportSandboxSession>) {
      const sessions = passport.sessions as Map<string, PassportSandboxSession>;
      const session = sessions.get(sessionId);
      if (session !== undefined) sessions.set(sessionId, { ...session, ...changes });
    },
  };
}

/** A permit that is valid for ten days, at lot 1. */
export function permit(index: number, changes: Partial<PermitInput> = {}): PermitInput {
  return {
    ...{ id: `P-${index}`, companyId: "university", locationIds: ["lot-1"], revision: 1 },
    plates: [parsePlate(`AB ${String(index).padStart(4, "0")}`, { region: "NB" })],
    validFrom: new Date(START.getTime() - 24 * HOUR_MS),
    validTo: new Date(START.getTime() + 240 * HOUR_MS),
    ...changes,
  };
}

export { HOUR_MS };

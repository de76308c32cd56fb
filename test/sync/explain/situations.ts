import { type Company, type Location, memoryDirectory } from "../../../src/core/directory/directory.ts";
import type { PermitInput } from "../../../src/core/permit/permit.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { createSandbox } from "../../../src/sandbox/sandbox.ts";
import type { PermitExplanation } from "../../../src/sync/explain/explanation.ts";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { createPermitSyncWith, type PermitSync } from "../../../src/sync/permit-sync.ts";
import { createHotSpotProvider } from "../../../src/vendors/hotspot/provider.ts";
import { createPassportProvider } from "../../../src/vendors/passport/provider.ts";
import { driveTime } from "../drive-time.ts";
import { createVirtualTime } from "../histories/virtual-time.ts";

const START = Date.parse("2026-09-15T12:00:00.000Z");
const DAY_MS = 24 * 3_600_000;

/** What a support desk may meet: a permit, and what became of it. */
export interface Situation {
  readonly title: string;
  /** Brings it about, and asks where the permit is. */
  readonly explain: () => Promise<PermitExplanation>;
}

/** One of each kind of answer, over the sandboxes of Passport and HotSpot. */
export const SITUATIONS: readonly Situation[] = [
  situation("The vendor has it", async ({ sync, until, pass }) => {
    await until(sync.issue(permit()));
    await until(sync.idle());
    await pass(3_600_000);
    await until(sync.reconcile("passport"));
  }),
  situation("The vendor is down", async ({ sync, sandbox, until, pass }) => {
    sandbox.passport.faults.add({ kind: "status", status: 503, times: Number.POSITIVE_INFINITY });
    await until(sync.issue(permit()));
    await pass(10 * 60_000);
  }),
  situation("The company is switched off", async ({ sync, until, company }) => {
    company({ id: "university", name: "University", providers: { passport: { enabled: false } } });
    await until(sync.issue(permit()));
    await until(sync.idle());
  }),
  situation("The location is switched off", async ({ sync, until, location }) => {
    location({ passport: { enabled: false, target: "North Lot" } });
    await until(sync.issue(permit()));
    await until(sync.idle());
  }),
  situation("The location has no target", async ({ sync, until, location }) => {
    location({ passport: { enabled: true } });
    await until(sync.issue(permit()));
    await until(sync.idle());
  }),
  situation("The target is written otherwise", async ({ sync, until, location }) => {
    location({ passport: { enabled: true, target: "North lot" } });
    await until(sync.issue(permit()));
    await until(sync.idle());
  }),
  situation("The plate has no region", async ({ sync, until }) => {
    await until(sync.issue(permit({ plates: [parsePlate("GXK 204")] })));
    await until(sync.idle());
  }),
  situation("It starts later", async ({ sync, until }) => {
    const validFrom = new Date(START + 7 * DAY_MS);
    await until(sync.issue(permit({ validFrom })));
    await until(sync.idle());
  }),
  situation("It is over", async ({ sync, until, pass }) => {
    await until(sync.issue(permit({ validTo: new Date(START + 3_600_000) })));
    await until(sync.idle());
    await pass(2 * 3_600_000);
  }),
  situation("The vendor refused it", async ({ sync, until, location }) => {
    location({ hotspot: { enabled: true, target: "2201" } });
    await until(sync.issue(permit()));
    await until(sync.idle());
  }),
  situation("The refusal was dismissed", async ({ sync, until, location }) => {
    location({ hotspot: { enabled: true, target: "2201" } });
    await until(sync.issue(permit()));
    await until(sync.idle());
    await until(sync.dismiss({ providerId: "hotspot" }));
    await until(sync.idle());
  }),
  situation("The plate was changed", async ({ sync, until, pass }) => {
    await until(sync.issue(permit()));
    await until(sync.idle());
    await pass(3_600_000);
    const plates = [parsePlate("GXK 240", { region: "CA-NB" })];
    await until(sync.issue(permit({ revision: 2, plates })));
    await until(sync.idle());
  }),
  situation("It was revoked", async ({ sync, until, pass }) => {
    await until(sync.issue(permit()));
    await until(sync.idle());
    await pass(3_600_000);
    await until(sync.revoke("P-2026-0417"));
    await until(sync.idle());
  }),
  situation("It was never recorded", async () => {}),
];

interface World {
  readonly sync: PermitSync;
  readonly sandbox: ReturnType<typeof createSandbox>;
  /** Changes the directory's entry of the company. */
  company(entry: Company): void;
  /** Changes what the vendors call the location. */
  location(providers: Location["providers"]): void;
  until<Value>(promise: Promise<Value>): Promise<Value>;
  pass(milliseconds: number): Promise<void>;
}

/** A university with one location, which both vendors call North Lot; its permit goes to Passport. */
function situation(title: string, bringAbout: (world: World) => Promise<void>): Situation {
  return {
    title,
    async explain() {
      const { world, stop } = createWorld();
      await world.sync.start();
      try {
        await bringAbout(world);
        return await world.until(world.sync.explain("P-2026-0417"));
      } finally {
        await stop();
      }
    },
  };
}

function createWorld() {
  const time = createVirtualTime(START);
  const timers = time.createTimers();
  const clock = () => timers.now();
  const zones = [
    { id: "11111111-1111-4111-8111-111111111111", number: "101", name: "North Lot" },
    { id: "22222222-1111-4111-8111-111111111111", number: "102", name: "South Lot" },
  ];
  const sandbox = createSandbox({ clock, strict: true, passport: { zones }, hotspot: { spotIds: ["2210"] } });
  let requests = 0;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    requests += 1;
    try {
      return await sandbox.fetch(input as Request, init);
    } finally {
      requests -= 1;
    }
  };
  const { operatorId, clientId, clientSecret } = sandbox.passport;
  const shared = { clock, fetch, retries: 0 };
  const providers = [
    createPassportProvider({
      ...shared,
      operatorId,
      clientId,
      clientSecret,
      baseUrl: "https://sandbox.invalid/passport",
    }),
    createHotSpotProvider({
      ...shared,
      token: sandbox.hotspot.token,
      baseUrl: "https://sandbox.invalid/hotspot",
    }),
  ];
  let company: Company = {
    id: "university",
    name: "University",
    providers: { passport: { enabled: true }, hotspot: { enabled: true } },
  };
  const lot = { id: "north-lot", companyId: "university", name: "North Lot" };
  let locations: Location[] = [{ ...lot, providers: { passport: { enabled: true, target: "North Lot" } } }];
  const directory = () => memoryDirectory({ companies: [company], locations });
  const sync = createPermitSyncWith(
    {
      providers,
      ledger: memoryLedger(),
      directory: {
        getCompany: (id) => directory().getCompany(id),
        listLocations: (id) => directory().listLocations(id),
      },
    },
    { timers, random: () => 0.999 },
  );

  /** Waits until nothing is going on but what waits for time to pass. */
  async function settle(): Promise<void> {
    for (let quiet = 0; quiet < 10; quiet += requests === 0 ? 1 : 0)
      await new Promise((resolve) => setImmediate(resolve));
  }

  const { pass, until } = driveTime(time, settle);
  const world: World = {
    sync,
    sandbox,
    until,
    pass,
    company(entry) {
      company = entry;
    },
    location(entries) {
      locations = [{ ...lot, providers: entries }];
    },
  };
  return { world, stop: () => until(sync.stop()) };
}

/** A permit of one plate at one location, valid for a year. */
function permit(changes: Partial<PermitInput> = {}): PermitInput {
  return {
    id: "P-2026-0417",
    companyId: "university",
    locationIds: ["north-lot"],
    plates: [parsePlate("GXK 204", { region: "CA-NB" })],
    revision: 1,
    validFrom: "2026-09-01T04:00:00Z",
    validTo: "2027-09-01T04:00:00Z",
    ...changes,
  };
}

// A process that records changes and delivers them; over PostgreSQL it answers lookups as well. It is ready with the port
// of its lookup, or null.
import {
  createHotSpotProvider,
  createPassportProvider,
  createPermitSync,
  type FindPermits,
  type PermitSync,
} from "@offstreet/enforcement";
import { postgresLedger } from "@offstreet/enforcement/postgres";
import { sqliteLedger } from "@offstreet/enforcement/sqlite";
import type { CitySizes } from "../sizes.ts";
import { companyId, operatorId, type PermitState, permitId, providerId, World } from "../world.ts";
import { answerParent, readSetup } from "./answer.ts";
import { CityDirectory, type MappingVersion } from "./city-directory.ts";
import { createCountingPool } from "./counting-pool.ts";
import { serveLookups } from "./lookup-server.ts";
import type { VendorOrigins } from "./vendors-process.ts";

export type WriterLedger =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly host: string; readonly database: string };

export interface WriterSetup {
  readonly sizes: CitySizes;
  readonly ledger: WriterLedger;
  readonly vendors: VendorOrigins;
  /** What the mapping is where it is no longer what it was at first. */
  readonly versions: readonly MappingVersion[];
}

/** One change of one permit, as the host says it. */
export interface PermitChange {
  readonly call: "issue" | "revise" | "revoke";
  readonly state: PermitState;
}

/** What sync said, and when it had said it, by the machine's clock in milliseconds. */
export interface ChangeReply {
  readonly status: string;
  readonly returnedAt: number;
}

export type WriterApi = {
  /** Issues the permits with these numbers, as a host does that hands over everything it has. */
  fill: (range: { from: number; to: number }) => Promise<void>;
  change: (change: PermitChange) => Promise<ChangeReply>;
  map: (version: MappingVersion) => Promise<ChangeReply>;
  idle: () => Promise<void>;
  /** What sync has given up: refused operations, by the vendor's code. */
  failures: () => Promise<string[]>;
  stop: () => Promise<void>;
};

const PERMITS_PER_CALL = 5_000;

const setup = readSetup<WriterSetup>();
const world = new World(setup.sizes);
const directory = new CityDirectory(world, setup.versions);
const pool = setup.ledger.kind === "postgres" ? createCountingPool(setup.ledger) : undefined;
const ledger =
  setup.ledger.kind === "sqlite"
    ? sqliteLedger({ path: setup.ledger.path })
    : postgresLedger({ pool: (pool as NonNullable<typeof pool>).pool });
const sync = createPermitSync({ providers: createProviders(), ledger, directory });
let lookups = 0;

function createProviders() {
  return Array.from({ length: setup.sizes.companies }, (_, company) => {
    const id = providerId(world.vendorOf(company), company);
    return world.vendorOf(company) === "passport"
      ? createPassportProvider({
          id,
          operatorId: operatorId(company),
          clientId: id,
          clientSecret: "s3cret",
          baseUrl: setup.vendors.passport,
        })
      : createHotSpotProvider({ id, baseUrl: setup.vendors.hotspot, token: id });
  });
}

async function fill({ from, to }: { from: number; to: number }): Promise<void> {
  for (let first = from; first < to; first += PERMITS_PER_CALL) {
    const length = Math.min(PERMITS_PER_CALL, to - first);
    await sync.issueMany(
      Array.from({ length }, (_, index) => world.toPermit(world.initialState(first + index))),
    );
  }
}

function tell({ call, state }: PermitChange): ReturnType<PermitSync["issue"]> {
  return call === "revoke" ? sync.revoke(permitId(state.permit)) : sync[call](world.toPermit(state));
}

const findPermits: FindPermits = (query) => {
  lookups += 1;
  return sync.findPermits(query);
};

await sync.start();
answerParent<WriterApi>(
  {
    fill,
    async change(change) {
      const { status } = await tell(change);
      return { status, returnedAt: Date.now() };
    },
    async map(version) {
      directory.apply(version);
      await sync.refresh({ companyId: companyId(version.company) });
      return { status: "recorded", returnedAt: Date.now() };
    },
    idle: () => sync.idle(),
    async failures() {
      const found: string[] = [];
      for await (const failure of sync.failures()) {
        found.push(
          `${failure.operation}: ${failure.vendorCode ?? failure.code} ${failure.vendorMessage ?? ""}`,
        );
      }
      return found;
    },
    async stop() {
      await sync.stop();
      await ledger.close();
    },
  },
  {
    ready: setup.ledger.kind === "sqlite" ? null : await serveLookups(findPermits, { world, directory }),
    counts: () => ({ lookups, statements: pool?.countStatements() ?? 0 }),
  },
);

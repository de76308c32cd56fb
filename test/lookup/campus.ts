import type { Company, Location } from "../../src/core/directory/directory.ts";
import { memoryDirectory } from "../../src/core/directory/directory.ts";
import type { Permit } from "../../src/core/permit/permit.ts";
import { parsePlate } from "../../src/core/permit/plate.ts";
import type { LookupAudit } from "../../src/lookup/audit.ts";
import { apiKeyAuth, basicAuth, bearerAuth } from "../../src/lookup/auth/authorizers.ts";
import { issueCredentials } from "../../src/lookup/auth/issue-credentials.ts";
import {
  createPermitLookupHandler,
  type FindPermits,
  type PermitLookupHandler,
  type PermitLookupOptions,
} from "../../src/lookup/handler.ts";
import { memoryPermits } from "../../src/lookup/memory-permits.ts";
import { createT2FlexProvider } from "../../src/vendors/t2-flex/provider.ts";

/** The fixed instant of the tests' clocks. */
export const now = new Date("2026-11-21T15:00:00.000Z");

export function minutes(count: number): Date {
  return new Date(now.getTime() + count * 60_000);
}

const on = { "t2-flex": { enabled: true } };
const off = { "t2-flex": { enabled: false } };

export const companies: Company[] = [
  { id: "fundy", name: "University of Fundy", providers: on },
  { id: "tantramar", name: "Tantramar College", providers: on },
  { id: "sleeping", name: "Sleeping College", providers: off },
];

export const locations: Location[] = [
  { id: "lot-1", companyId: "fundy", name: "Lot 1", region: "CA-NB", providers: on },
  { id: "lot-2", companyId: "fundy", name: "Lot 2", zoneName: "Core", providers: on },
  {
    id: "lot-3",
    companyId: "fundy",
    name: "Lot 3",
    zoneName: "Core",
    providers: { "t2-flex": { enabled: true, target: "Station Three" } },
  },
  { id: "closed", companyId: "fundy", name: "Closed Lot", providers: off },
  { id: "unlinked", companyId: "fundy", name: "Unlinked Lot", providers: {} },
  { id: "quad", companyId: "tantramar", name: "Quad", providers: on },
  { id: "yard", companyId: "sleeping", name: "Yard", providers: on },
];

export const directory = memoryDirectory({ companies, locations });

export function permit(changes: Partial<Permit> = {}): Permit {
  return {
    id: "P-1",
    companyId: "fundy",
    plates: [parsePlate("GXK 204")],
    locationIds: ["lot-1"],
    validFrom: minutes(-60),
    validTo: minutes(60),
    revision: 1,
    ...changes,
  };
}

/** A handler at the campus, and what a test needs to call it. */
export interface Campus {
  readonly handler: PermitLookupHandler;
  readonly audits: LookupAudit[];
  readonly key: string;
  readonly username: string;
  /** Calls it as a fetch server would. */
  ask(question: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly sessions: Array<Record<string, string>>;
  readonly audit: LookupAudit;
}

export interface CampusOptions extends Partial<PermitLookupOptions> {
  readonly permits?: readonly Permit[];
  readonly companyId?: string;
  readonly locationIds?: readonly string[];
}

export function openCampus(options: CampusOptions = {}): Campus {
  const { permits = [], companyId = "fundy", locationIds, ...handlerOptions } = options;
  const { username, password, stored } = issueCredentials({
    companyId,
    ...(locationIds === undefined ? {} : { locationIds }),
  });
  const byHash = (hash: string) => (stored.hashes.includes(hash) ? stored : undefined);
  const audits: LookupAudit[] = [];
  const handler = createPermitLookupHandler({
    provider: createT2FlexProvider(),
    authorize: [
      apiKeyAuth({ find: byHash }),
      basicAuth({ find: (name) => (name === username ? stored : undefined) }),
      bearerAuth({ find: byHash }),
    ],
    directory,
    findPermits: memoryPermits(permits).findPermits,
    onAnswer: (audit) => {
      audits.push(audit);
    },
    clock: () => now,
    ...handlerOptions,
  });
  return {
    handler,
    audits,
    key: password,
    username,
    async ask(question, headers = {}) {
      const before = audits.length;
      const response = await handler(lookupRequest(question, { "x-api-key": password, ...headers }));
      const body = (await response.json()) as { sessions?: Array<Record<string, string>> };
      const audit = audits[before];
      if (audit === undefined) throw new Error("No audit was made.");
      return { status: response.status, sessions: body.sessions ?? [], audit };
    },
  };
}

export function lookupRequest(question: unknown, headers: Record<string, string> = {}): Request {
  return new Request("http://lookup.test/lookup", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof question === "string" ? question : JSON.stringify(question),
  });
}

/** A source that returns the given permits for every query. */
export function careless(permits: readonly Permit[]): FindPermits {
  return () => permits;
}

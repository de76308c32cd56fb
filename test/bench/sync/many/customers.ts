import {
  type Company,
  createHotSpotProvider,
  createPassportProvider,
  createPermitSync,
  type Ledger,
  type Location,
  memoryDirectory,
  type PermitInput,
  type PermitSync,
  type PermitSyncOptions,
  type PushProvider,
} from "@offstreet/enforcement";
import { OPERATOR_ID, plateNumber } from "../world.ts";

/** A company that every sync has, whose permits are made due by `refresh`. Its provider is the first customer's. */
export const REFRESHED = "refreshed";
export const REFRESHED_PERMITS = 20;

const ZONE = "0a0a0a0a-0000-4000-8000-000000000000";

/** Durable sync with a provider for each of some customers, each with a company and a lot of its own. */
export function createManySync(
  ledger: Ledger,
  { providers, onEvent }: { providers: readonly PushProvider[]; onEvent?: PermitSyncOptions["onEvent"] },
): PermitSync {
  const companies = providers.map(({ id }) => companyOf(id, id));
  const locations = providers.map(({ id }) => locationOf(id, id));
  const first = providers[0]?.id ?? "";
  return createPermitSync({
    ...{ providers, ledger },
    directory: memoryDirectory({
      companies: [...companies, companyOf(REFRESHED, first)],
      locations: [...locations, locationOf(REFRESHED, first)],
    }),
    ...(onEvent === undefined ? {} : { onEvent }),
  });
}

/** The provider of a customer. */
export function createPassport(customer: number, origin: string): PushProvider {
  return createPassportProvider({
    id: `customer ${customer}`,
    ...{ operatorId: OPERATOR_ID, clientId: "bench", clientSecret: "s3cret", baseUrl: origin },
  });
}

export function createHotSpot(customer: number, origin: string): PushProvider {
  return createHotSpotProvider({ id: `customer ${customer}`, baseUrl: origin, token: "t0ken" });
}

export function permitOf(companyId: string, index: number): PermitInput {
  return {
    id: `${companyId} ${index}`,
    companyId,
    plates: [{ raw: plateNumber(index), number: plateNumber(index) }],
    locationIds: [`lot of ${companyId}`],
    validFrom: new Date("2021-01-01T05:00:00.000Z"),
    validTo: new Date("2089-01-01T05:00:00.000Z"),
    revision: 1,
  };
}

function companyOf(id: string, providerId: string): Company {
  return { id, name: `Company ${id}`, providers: { [providerId]: { enabled: true } } };
}

function locationOf(companyId: string, providerId: string): Location {
  return {
    ...{ id: `lot of ${companyId}`, companyId, name: "Lot", region: "CA-NB" },
    providers: { [providerId]: { enabled: true, target: ZONE } },
  };
}

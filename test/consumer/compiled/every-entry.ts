import {
  createPassportProvider,
  type EnforcementProvider,
  isEnforcementError,
  type ProviderState,
  type RegistrationState,
} from "@offstreet/enforcement";
import { iris } from "@offstreet/enforcement/dialects/iris";
import { toExpressHandler } from "@offstreet/enforcement/express";
import { toFastifyHandler } from "@offstreet/enforcement/fastify";
import { createHotSpotProvider } from "@offstreet/enforcement/hotspot";
import { toNodeHandler } from "@offstreet/enforcement/node";
import { passportCompanyCode } from "@offstreet/enforcement/passport";
import { postgresLedger } from "@offstreet/enforcement/postgres";
import { createSandbox } from "@offstreet/enforcement/sandbox";
import { type SqliteLedger, sqliteLedger } from "@offstreet/enforcement/sqlite";
import { createT2FlexProvider } from "@offstreet/enforcement/t2-flex";

const ledger: SqliteLedger = sqliteLedger({ path: "ledger.db" });
const provider: EnforcementProvider = createT2FlexProvider({ dialect: iris });
const functions = [
  createPassportProvider,
  createHotSpotProvider,
  createSandbox,
  postgresLedger,
  toExpressHandler,
  toFastifyHandler,
  toNodeHandler,
  isEnforcementError,
];

export function findState(state: ProviderState, reference: string): RegistrationState | undefined {
  return state.rights.find((right) => right.reference === reference);
}

console.log(
  functions.every((one) => typeof one === "function"),
  provider.delivery,
  ledger.kind,
  passportCompanyCode("University"),
);

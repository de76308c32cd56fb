import {
  apiKeyAuth,
  createPermitLookupHandler,
  createT2FlexProvider,
  type FindPermits,
  type LookupAudit,
  memoryDirectory,
  type PermitLookupHandler,
} from "@offstreet/enforcement";
import { clock, companies, credentials, locations } from "./world.ts";

/** The handler that every mount serves. */
export function createOurHandler(
  findPermits: FindPermits,
  onAnswer: ((audit: LookupAudit) => void) | undefined,
): PermitLookupHandler {
  const credentialByHash = new Map(
    credentials.flatMap((one) => one.hashes.map((key) => [key, one] as const)),
  );
  return createPermitLookupHandler({
    provider: createT2FlexProvider(),
    authorize: apiKeyAuth({ find: (sha256) => credentialByHash.get(sha256) }),
    directory: memoryDirectory({ companies, locations }),
    findPermits,
    clock,
    ...(onAnswer === undefined ? {} : { onAnswer }),
  });
}

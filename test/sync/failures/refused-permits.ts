import { EnforcementError, type EnforcementErrorCode } from "../../../src/core/errors.ts";
import type { PushChange } from "../../../src/core/registration/push-operations.ts";
import type { SyncFailure } from "../../../src/sync/failures/failure.ts";
import { listAll } from "../list-all.ts";
import { permit, type ScriptedSync, type scriptedSync } from "../scripted-sync.ts";

/** The code with which a scripted vendor refuses a plate such as `REJECTED 12`; undefined: it accepts it. */
export function codeOfPlate(plate: string): EnforcementErrorCode | undefined {
  if (plate.startsWith("R")) return "rejected";
  if (plate.startsWith("I")) return "invalid_input";
  return plate.startsWith("U") ? "unsupported" : undefined;
}

/** Refuses each request by the first letter of its first plate. Its requests must be of one plate each. */
export function refuseByPlate([first]: readonly PushChange[]): EnforcementError | undefined {
  const code = codeOfPlate(first?.registration.plate.number ?? "");
  return code === undefined ? undefined : new EnforcementError(code, "It refuses.");
}

/** Options of a sync whose vendor takes one registration for each request. */
export const ONE_EACH: NonNullable<Parameters<typeof scriptedSync>[1]> = { batchSize: 1 };

/** Issues permits with these ids, which are their plates, and waits until the vendors have refused what they refuse. */
export async function refuseAll(scripted: ScriptedSync, ids: readonly string[]): Promise<SyncFailure[]> {
  const { sync, vendor, until } = scripted;
  vendor().answer = refuseByPlate;
  await sync.start();
  await until(sync.issueMany(ids.map((id) => permit(id))));
  await until(sync.idle());
  return listAll(sync.failures());
}

export async function keysOf({ sync }: Pick<ScriptedSync, "sync">): Promise<string[]> {
  return (await listAll(sync.failures())).map(({ key }) => key);
}

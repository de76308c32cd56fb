import type { Permit } from "../../core/permit/permit.ts";
import type { ChangeStatus } from "../ledger/ledger.ts";
import type { CompanyAnswer, KnownLocations } from "./company-answers.ts";

/** The result of one change. */
export interface ChangeResult {
  readonly permitId: string;
  /**
   * The outcome of the change.
   *
   * | status | meaning |
   * |---|---|
   * | `recorded` | the change is durable and will be delivered |
   * | `unchanged` | the ledger holds the same already |
   * | `older` | your revision is lower than the recorded one, or than the one at which the permit was erased; nothing was changed |
   * | `revoked` | the permit was revoked, and only `issue` with a higher revision reinstates it; nothing was changed |
   * | `unknown` | `revoke` or `forget` of a permit that the ledger does not know; nothing was changed |
   */
  readonly status: Exclude<ChangeStatus, "conflict">;
  /**
   * What of an issued or revised permit the directory does not know, when the status is `recorded` or `unchanged`. Sync
   * registers nothing there until the directory knows it and `refresh` was called. Absent: the directory knows everything,
   * or cannot say: it failed, could not be read or took longer than 2 seconds, or sync has no push provider and did not ask.
   */
  readonly notInDirectory?: NotInDirectory;
}

/** What of a permit the directory does not know. It has one of these keys. */
export interface NotInDirectory {
  /** There is no such company. None of the permit's locations is known then. */
  readonly company?: true;
  /** The company has no locations with these ids; at least one. */
  readonly locationIds?: readonly string[];
}

/** What the directory answered of a permit's company. */
export interface AnsweredCompany extends Pick<CompanyAnswer, "isUnknown"> {
  readonly known: KnownLocations | undefined;
}

/** What of a permit the directory does not know; undefined when it knows everything or cannot say. */
export function findMissing(
  { locationIds }: Permit,
  { isUnknown, known }: AnsweredCompany,
): NotInDirectory | undefined {
  if (isUnknown) return { company: true };
  const unknown = known?.findUnknown(locationIds);
  return unknown === undefined || unknown.length === 0 ? undefined : { locationIds: unknown };
}

export function withMissing(result: ChangeResult, notInDirectory: NotInDirectory | undefined): ChangeResult {
  const { status } = result;
  const isInForce = status === "recorded" || status === "unchanged";
  return notInDirectory !== undefined && isInForce ? { ...result, notInDirectory } : result;
}

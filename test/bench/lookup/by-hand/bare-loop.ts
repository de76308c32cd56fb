import type { Permit } from "@offstreet/enforcement";
import { clock } from "../world.ts";
import { authenticate } from "./authenticate.ts";
import { matchPermits } from "./match.ts";
import { parseJson, parsePlateNumber, parseQuestion, parseRegionCode } from "./question.ts";
import { toSessions } from "./reply.ts";
import { findScope } from "./scope.ts";

/**
 * The least that a right answer takes: hash the key and compare it, validate the JSON, one Map, compare the permit,
 * write JSON. No HTTP, no deadline, no audit, no promise.
 */
export function createBareLoop(permits: readonly Permit[]): (key: string, body: string) => string {
  const permitsByPlate = Map.groupBy(
    permits.flatMap((permit) => permit.plates.map(({ number }) => ({ permit, number }))),
    ({ permit, number }) => `${permit.companyId} ${number}`,
  );
  const index = new Map([...permitsByPlate].map(([key, found]) => [key, found.map(({ permit }) => permit)]));
  const none: readonly Permit[] = [];

  return (key, body) => {
    const at = clock();
    const credential = authenticate(key);
    const scope = credential && findScope(credential.companyId);
    if (credential === undefined || scope === undefined)
      throw new Error("The benchmark's keys are all known.");
    const { plate, locationId, state } = parseQuestion(parseJson(body));
    const { companyId } = credential;
    const plateNumber = parsePlateNumber(plate);
    const region = parseRegionCode(state);
    const { locations } = locationId === undefined ? scope : (scope.byId.get(locationId) ?? scope);
    const found = index.get(`${companyId} ${plateNumber}`) ?? none;
    const { matches } = matchPermits(found, { companyId, plateNumber, region, locations, at });
    return JSON.stringify(toSessions(matches, scope.companyName));
  };
}

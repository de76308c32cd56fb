import { isCompanyEnabled } from "../../core/directory/switches.ts";
import { dateTimeOf } from "../../core/instant.ts";
import { showName } from "../../core/names/visible-name.ts";
import type { ZoneList } from "../../core/provider.ts";
import type { SetupCheck } from "../../core/provider-setup.ts";
import { type CheckResult, failed, passed, unknown, unknownAfter } from "./check-result.ts";
import { describeAge } from "./describe-age.ts";
import { judgeEndpoint, judgeOwnCredentials, judgeWrongCredentials } from "./judge-lookup.ts";
import { judgeMapping } from "./judge-mapping.ts";
import type { LocationReadiness } from "./readiness.ts";
import type { ReadinessFacts } from "./readiness-facts.ts";

type Rows = readonly LocationReadiness[];

/** Judges one check of a requirement by the facts. */
export function judgeCheck(check: SetupCheck, facts: ReadinessFacts, rows: Rows): CheckResult {
  switch (check.by) {
    case "credentials":
      return judgeCredentials(facts);
    case "connection":
      return judgeConnection(facts);
    case "vendor_list":
      return judgeVendorList(facts);
    case "mapping":
      return judgeMapping(check, facts);
    case "endpoint":
      return judgeEndpoint(facts);
    case "lookup":
      return judgeOwnCredentials(facts);
    case "lookup_refusal":
      return judgeWrongCredentials(facts);
    case "switches":
      return judgeSwitches(facts, rows);
    case "go_live_locations":
      return judgeGoLive(facts, rows);
    case "test_plate":
      return judgeTestPlate(facts, rows);
    case "person":
      return unknown("Only a person can check this; it has not been confirmed.");
  }
}

function judgeConnection({ connection }: ReadinessFacts): CheckResult {
  if (connection.ok) return passed(connection.value.message);
  const { code, message } = connection.error;
  const isRefused = ["unauthorized", "rejected", "invalid_config"].includes(code);
  return isRefused ? failed(message) : unknownAfter(connection.error);
}

function judgeCredentials({ connection }: ReadinessFacts): CheckResult {
  if (connection.ok) return passed();
  const { code, message, status } = connection.error;
  // A 403 means that the vendor recognised the credentials.
  if (code === "unauthorized" && status === 403) return passed();
  const isRefused = ["unauthorized", "invalid_config"].includes(code);
  return isRefused ? failed(message) : unknownAfter(connection.error);
}

function judgeVendorList(facts: ReadinessFacts): CheckResult {
  const { provider, zones, mapping, vendorSays, checkedAt } = facts;
  const { title, targetName } = provider.setup;
  if (zones === undefined) {
    if (!mapping.verified) return unknown(`There is no complete list from ${title}.`);
    const fetchedAt = (vendorSays["zones"] as Partial<ZoneList> | undefined)?.fetchedAt;
    const fetched = dateTimeOf(fetchedAt);
    return fetched === undefined
      ? passed()
      : passed(`The list from ${title} was fetched ${describeAge(new Date(fetched), checkedAt)}.`);
  }
  if (!zones.ok) return unknownAfter(zones.error);
  const { length: count } = zones.value.zones;
  const age = describeAge(zones.value.fetchedAt, checkedAt);
  const list = `${title} shows ${count} ${targetName}${count === 1 ? "" : "s"}, fetched ${age}`;
  if (!zones.value.complete) return unknown(`${list}, and may have more.`);
  if (count === 0) return failed(`${title} shows no ${targetName} of this operator.`);
  return passed(`${list}.`);
}

function judgeSwitches({ provider, company }: ReadinessFacts, rows: Rows): CheckResult {
  const name = showName(company.name);
  if (!isCompanyEnabled(company, provider.id)) return failed(`It is switched off for ${name}.`);
  const count = rows.filter(({ enabled }) => enabled).length;
  if (count === 0) return failed("It is switched off for every location.");
  const noun = rows.length === 1 ? "location" : "locations";
  return passed(`It is on for ${name} and for ${count} of ${rows.length} ${noun}.`);
}

/** How many locations the company needs to go live: as many as the vendor advises, or all when it has fewer. */
function wantedOf({ provider }: ReadinessFacts, rows: Rows): number {
  const { least } = provider.setup.goLive;
  const enabled = rows.filter((row) => row.enabled).length;
  return enabled === 0 ? least : Math.min(least, enabled);
}

function judgeGoLive(facts: ReadinessFacts, rows: Rows): CheckResult {
  const wanted = wantedOf(facts, rows);
  const chosen = rows.filter(({ enabled, stage }) => enabled && stage !== "setup").length;
  const finding = `Locations at stage "testing" or "live": ${chosen}; wanted to go live: ${wanted}.`;
  return chosen >= wanted ? passed(finding) : failed(finding);
}

function judgeTestPlate(facts: ReadinessFacts, rows: Rows): CheckResult {
  const { evidence } = facts;
  if (evidence === undefined) return unknown("No evidence of test plates was given.");
  if (!evidence.ok) return unknownAfter(evidence.error);
  const wanted = wantedOf(facts, rows);
  const seen = rows.filter(({ enabled, testPlate }) => enabled && testPlate?.seen).length;
  const finding = `Locations where the test plate was seen: ${seen}; wanted to go live: ${wanted}.`;
  return seen >= wanted ? passed(finding) : failed(finding);
}

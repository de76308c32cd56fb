import { describeAge } from "../../core/describe-time.ts";
import { isCompanyEnabled, isEnabled } from "../../core/directory/switches.ts";
import type { EnforcementError } from "../../core/errors.ts";
import { dateTimeOf } from "../../core/instant.ts";
import type { LookupProbeAnswer } from "../../core/lookup/lookup-probe.ts";
import type { MappingIssue } from "../../core/mapping/mapping.ts";
import { showName } from "../../core/names/visible-name.ts";
import type { Outcome, ZoneList } from "../../core/provider.ts";
import type { SetupCheck } from "../../core/provider-setup.ts";
import type { LocationReadiness } from "./readiness.ts";
import type { ReadinessFacts } from "./readiness-facts.ts";

/** The result of one check. */
export interface CheckResult {
  readonly state: "passed" | "failed" | "unknown";
  /** What the check found, in one sentence; empty when there is nothing to add. */
  readonly finding: string;
  /** The check may pass later without any change, for example when a vendor is up again. */
  readonly passing?: boolean;
}

type Rows = readonly LocationReadiness[];

const MAX_ISSUES_SHOWN = 3;

/** Judges one check of a requirement by the facts. */
export function judgeCheck(check: SetupCheck, facts: ReadinessFacts, rows: Rows): CheckResult {
  return check.by === "mapping" ? judgeMapping(check, facts) : JUDGES[check.by](facts, rows);
}

type Judge = (facts: ReadinessFacts, rows: Rows) => CheckResult;

const JUDGES: Readonly<Record<Exclude<SetupCheck["by"], "mapping">, Judge>> = {
  credentials: judgeCredentials,
  connection: judgeConnection,
  vendor_list: judgeVendorList,
  endpoint: judgeEndpoint,
  lookup: judgeOwnCredentials,
  lookup_refusal: judgeWrongCredentials,
  switches: judgeSwitches,
  go_live_locations: judgeGoLive,
  test_plate: judgeTestPlate,
  person: () => unknown("Only a person can check this; it has not been confirmed."),
};

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

/** Whether the mapping has none of the issues that the requirement names. */
function judgeMapping(
  { codes, needsList = true, needsKey, orList }: SetupCheck & { by: "mapping" },
  { mapping, provider, company, locations, vendorSays }: ReadinessFacts,
): CheckResult {
  const found = mapping.issues.filter((issue) => codes.includes(issue.code) && isPressing(issue));
  if (found.length > 0) return failed(describeIssues(found));
  const unreadable = mapping.issues.find(({ code }) => code === "input_invalid");
  if (unreadable !== undefined) return unknown(unreadable.message);
  const enabled = locations.filter((location) => isEnabled(company, location, provider.id));
  if (enabled.length === 0) return unknown("No location is switched on yet.");
  if (!needsList) return passed();
  if (orList !== undefined && Array.isArray(vendorSays[orList])) return passed();
  const isAboutZones = codes.every((code) => code.startsWith("zone_"));
  if (isAboutZones && enabled.every(({ zoneName }) => zoneName === undefined)) {
    return passed("No location has a zone name of its own.");
  }
  const { title } = provider.setup;
  if (!mapping.verified) {
    return unknown(`There is no complete list from ${title} to compare with.`);
  }
  if (needsKey !== undefined && !everyEntryHas(vendorSays, needsKey)) {
    return unknown(`The list from ${title} does not say "${needsKey}" for every entry.`);
  }
  return passed();
}

/** Errors count, and warnings about the whole company, which say that something is missing. Warnings about a location do not. */
function isPressing({ severity, locationId }: MappingIssue): boolean {
  return severity === "error" || locationId === null;
}

function describeIssues(issues: readonly MappingIssue[]): string {
  const told = issues.slice(0, MAX_ISSUES_SHOWN).map(({ message }) => message);
  const more = issues.length - told.length;
  return `${told.join(" ")}${more > 0 ? ` And ${more} more like these.` : ""}`;
}

function everyEntryHas(vendorSays: Readonly<Record<string, unknown>>, key: string): boolean {
  const entries = Object.values(vendorSays).filter(Array.isArray).flat();
  // A list of plain names, such as a list of zones, has no keys.
  return entries.every(
    (entry: unknown) => typeof entry !== "object" || entry === null || Object.hasOwn(entry, key),
  );
}

/** Whether the host's endpoint can be reached. */
function judgeEndpoint(facts: ReadinessFacts): CheckResult {
  return judgeAnswer(facts.lookup?.own, (answer) =>
    answer.shows === "unavailable"
      ? failed(`Our endpoint gives no answer: ${answer.why}.`)
      : passed("Our endpoint answers."),
  );
}

/** Whether the endpoint accepts its own credentials. "No permit" passes too. */
function judgeOwnCredentials(facts: ReadinessFacts): CheckResult {
  return judgeAnswer(facts.lookup?.own, (answer) => {
    if (answer.shows === "unavailable") return unknown("Our endpoint gives no answer.");
    return answer.shows === "refused"
      ? failed(`Our endpoint refuses its own credentials (${answer.status}).`)
      : passed("Our endpoint answers its own credentials.");
  });
}

/** Whether the endpoint refuses wrong credentials. */
function judgeWrongCredentials(facts: ReadinessFacts): CheckResult {
  return judgeAnswer(facts.lookup?.wrong, (answer) => {
    if (answer.shows === "refused") return passed("It refuses wrong ones.");
    return answer.shows === "unavailable"
      ? unknown("Whether our endpoint refuses wrong credentials is not known.")
      : failed("Our endpoint accepts wrong credentials too: everyone can query it.");
  });
}

function judgeAnswer(
  outcome: Outcome<LookupProbeAnswer> | undefined,
  read: (answer: LookupProbeAnswer) => CheckResult,
): CheckResult {
  if (outcome === undefined)
    return unknown("Our endpoint was not asked: its address or its credentials were not given.");
  if (outcome.ok) return read(outcome.value);
  const { error } = outcome;
  return error.code === "invalid_input" ? failed(error.message) : unknownAfter(error);
}

function passed(finding = ""): CheckResult {
  return { state: "passed", finding };
}

function failed(finding: string): CheckResult {
  return { state: "failed", finding };
}

function unknown(finding: string): CheckResult {
  return { state: "unknown", finding };
}

/** The result of a check that failed with an error. */
function unknownAfter({ message, retryable }: EnforcementError): CheckResult {
  return { state: "unknown", finding: message, passing: retryable };
}

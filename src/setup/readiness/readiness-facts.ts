import type { Company, Location } from "../../core/directory/directory.ts";
import { EnforcementError } from "../../core/errors.ts";
import type { LookupProbeAnswer } from "../../core/lookup/lookup-probe.ts";
import type { MappingReport } from "../../core/mapping/mapping.ts";
import type { ConnectionCheck, EnforcementProvider, Outcome, ZoneList } from "../../core/provider.ts";
import { outcomeOf, toOutcome } from "../../core/registration/outcome.ts";
import { askEndpoint, type EndpointAccess, readEndpoint, toWrongCredential } from "../ask-endpoint.ts";
import { listEvidence, type TestPlateEvidence } from "../evidence/evidence.ts";
import { within } from "../within.ts";
import type { ReadinessOptions } from "./readiness.ts";

// A plate that shows in the audit that a readiness check asked.
const UNKNOWN_PLATE = "NOSUCHPLATE";

/** The facts that a program can gather. `undefined` when the options lack what gathering needs. */
export interface ReadinessFacts {
  /** When the facts were gathered. */
  readonly checkedAt: Date;
  readonly provider: EnforcementProvider;
  readonly company: Company;
  /** The company's locations that can be read. */
  readonly locations: readonly Location[];
  readonly connection: Outcome<ConnectionCheck>;
  /** The vendor's lists, from the options or fetched, as the validator gets them. */
  readonly vendorSays: Readonly<Record<string, unknown>>;
  readonly zones: Outcome<ZoneList> | undefined;
  readonly mapping: MappingReport;
  /** The endpoint's answers about an unknown plate: with its own credentials, and with wrong ones. */
  readonly lookup: { own: Outcome<LookupProbeAnswer>; wrong: Outcome<LookupProbeAnswer> } | undefined;
  readonly evidence: Outcome<readonly TestPlateEvidence[]> | undefined;
}

/** The facts that the options hold, without a request. */
export interface GivenFacts extends Pick<ReadinessFacts, "provider" | "company" | "locations"> {
  /** All locations of the options, unreadable ones included. */
  readonly entries: readonly Location[];
}

interface Bounds {
  readonly signal: AbortSignal | undefined;
  readonly deadlineMs: number;
}

/** Gathers the facts. A failure becomes an outcome; only the caller's abort is thrown. */
export async function gatherFacts(
  options: ReadinessOptions,
  given: GivenFacts,
  bounds: Bounds,
): Promise<Omit<ReadinessFacts, "checkedAt">> {
  const { provider, entries, ...known } = given;
  const { evidence, otherCompanies } = options;
  const [connected, lookup, recorded] = await Promise.all([
    connect(options, provider, bounds),
    askBoth(options, provider, bounds),
    evidence === undefined ? undefined : toOutcome(() => listEvidence(evidence, bounds)),
  ]);
  if (bounds.signal?.aborted) {
    throw new EnforcementError("aborted", "checkReadiness: the caller's signal ended it.", {
      providerId: provider.id,
      operation: "checkReadiness",
    });
  }
  const { connection, zones } = connected;
  const fetched = zones?.ok ? { zones: zones.value } : {};
  const vendorSays = { ...fetched, ...options.vendorSays };
  // The validator checks the vendor's own keys itself.
  const mapping = provider.validateMapping({
    ...vendorSays,
    company: options.company,
    locations: entries,
    ...(otherCompanies === undefined ? {} : { otherCompanies }),
  });
  return { ...known, provider, connection, zones, vendorSays, mapping, lookup, evidence: recorded };
}

/** Checks the connection, then lists the zones. A vendor that refuses the credentials gets one request only. */
async function connect(
  { vendorSays }: ReadinessOptions,
  provider: EnforcementProvider,
  bounds: Bounds,
): Promise<Pick<ReadinessFacts, "connection" | "zones">> {
  const what = provider.setup.title;
  const connection = await toOutcome(() =>
    within({ ...bounds, what }, (signal) => provider.checkConnection({ signal })),
  );
  const listZones = provider.delivery === "push" ? provider.listZones?.bind(provider) : undefined;
  if (listZones === undefined || vendorSays?.["zones"] !== undefined) return { connection, zones: undefined };
  if (!connection.ok) return { connection, zones: connection };
  return {
    connection,
    zones: await toOutcome(() => within({ ...bounds, what }, (signal) => listZones({ signal }))),
  };
}

async function askBoth(
  { lookup }: ReadinessOptions,
  provider: EnforcementProvider,
  bounds: Bounds,
): Promise<ReadinessFacts["lookup"]> {
  if (lookup === undefined || provider.delivery !== "pull") return undefined;
  const read = outcomeOf(() => readEndpoint(lookup, provider));
  if (!read.ok) return { own: read, wrong: read };
  const access = read.value;
  const ask = (credentials: EndpointAccess["credentials"]) =>
    toOutcome(() =>
      within({ ...bounds, what: "Our endpoint" }, (signal) =>
        askEndpoint(access, { plateNumber: UNKNOWN_PLATE }, { signal, credentials }),
      ),
    );
  const [own, wrong] = await Promise.all([
    ask(access.credentials),
    ask(toWrongCredential(access.credentials)),
  ]);
  return { own, wrong };
}

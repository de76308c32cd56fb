import type { Company, Location } from "../../core/directory/directory.ts";
import { EnforcementError, isEnforcementError } from "../../core/errors.ts";
import type { LookupProbeAnswer } from "../../core/lookup/lookup-probe.ts";
import type { MappingReport } from "../../core/mapping/mapping.ts";
import type { ConnectionCheck, EnforcementProvider, Outcome, ZoneList } from "../../core/provider.ts";
import { toOutcome } from "../../core/registration/outcome.ts";
import { askEndpoint, type EndpointAccess, readEndpoint, toWrongCredential } from "../ask-endpoint.ts";
import type { TestPlateEvidence } from "../evidence/evidence.ts";
import { listEvidence } from "../evidence/list-evidence.ts";
import { within } from "../within.ts";
import type { ReadinessOptions } from "./readiness.ts";

// Whoever reads the audit knows at once who asked.
const UNKNOWN_PLATE = "NOSUCHPLATE";

/** What a program can find out. `undefined`: it was given nothing to find it out with. */
export interface ReadinessFacts {
  /** When all of it was found out. */
  readonly checkedAt: Date;
  readonly provider: EnforcementProvider;
  readonly company: Company;
  /** Those of the company that can be read. */
  readonly locations: readonly Location[];
  readonly connection: Outcome<ConnectionCheck>;
  /** The list that was given or fetched, as the validator took it. */
  readonly vendorSays: Readonly<Record<string, unknown>>;
  readonly zones: Outcome<ZoneList> | undefined;
  readonly mapping: MappingReport;
  /** What our endpoint says about an unknown plate to its own credentials, and to wrong ones. */
  readonly lookup: { own: Outcome<LookupProbeAnswer>; wrong: Outcome<LookupProbeAnswer> } | undefined;
  readonly evidence: Outcome<readonly TestPlateEvidence[]> | undefined;
}

/** What is known without asking anybody. */
export interface GivenFacts extends Pick<ReadinessFacts, "provider" | "company" | "locations"> {
  /** All locations as they were given, those that cannot be read included. */
  readonly entries: readonly Location[];
}

interface Bounds {
  readonly signal: AbortSignal | undefined;
  readonly deadlineMs: number;
}

/** Runs all checks that a program can run. Whatever fails is an outcome; only the caller's abort is thrown. */
export async function gatherFacts(
  options: ReadinessOptions,
  given: GivenFacts,
  bounds: Bounds,
): Promise<Omit<ReadinessFacts, "checkedAt">> {
  const { provider, entries, ...known } = given;
  const [connected, lookup, evidence] = await Promise.all([
    connect(options, provider, bounds),
    askBoth(options, provider, bounds),
    options.evidence === undefined
      ? undefined
      : toOutcome(() => listEvidence(options.evidence as NonNullable<typeof options.evidence>, bounds)),
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
  const { otherCompanies } = options;
  // A validator takes more keys than the core knows of, and says itself what is wrong with them.
  const mapping = provider.validateMapping({
    ...vendorSays,
    company: options.company,
    locations: entries,
    ...(otherCompanies === undefined ? {} : { otherCompanies }),
  });
  return { ...known, provider, connection, zones, vendorSays, mapping, lookup, evidence };
}

/** The zones are asked for after the connection was checked: a vendor that lets nobody in is asked once. */
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
  let access: EndpointAccess;
  try {
    access = readEndpoint(lookup, provider);
  } catch (thrown) {
    if (!isEnforcementError(thrown)) throw thrown;
    const failure = { ok: false, error: thrown } as const;
    return { own: failure, wrong: failure };
  }
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

import type { Directory } from "../../core/directory/directory.ts";
import { readId, readRecord } from "../../core/fields.ts";
import type { MaybePromise } from "../../core/maybe-promise.ts";
import { readSignal } from "../../core/options.ts";
import { canonicalPlateNumber } from "../../core/permit/plate.ts";
import type { EnforcementProvider } from "../../core/provider.ts";
import type { DeliveryLoop } from "../deliver/delivery-loop.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Timers } from "../pace/timers.ts";
import { explainFound, look } from "./explain-permit.ts";
import type { PermitExplanation } from "./explanation.ts";
import { requireGoingOn, TargetChecker } from "./target-check.ts";

/** What a sync has at hand. */
export interface SyncParts {
  openLedger(): MaybePromise<Ledger>;
  readonly settings: { readonly directory: Directory };
  readonly timers: Timers;
  readonly providers: ReadonlyMap<string, EnforcementProvider>;
  /** One loop per push provider, by the provider's id. */
  readonly loops: ReadonlyMap<string, Pick<DeliveryLoop, "breaker">>;
}

/** Options of `explain` and `explainPlate`. */
export interface ExplainOptions {
  /** Ends the explanation: it rejects with `aborted`. Default: none. */
  readonly signal?: AbortSignal;
}

/** Explains a permit by all that a sync has at hand. */
export async function explainInSync(
  core: SyncParts,
  given: string,
  options: ExplainOptions = {},
): Promise<PermitExplanation> {
  const permitId = readId(given, "permitId");
  const signal = readSignal(readRecord(options, "options", ["signal"])["signal"], "options.signal");
  return explainOne(core, permitId, { targets: createChecker(core, signal), signal });
}

export async function explainPlateInSync(
  core: SyncParts,
  question: { readonly plate: string; readonly companyId: string },
  options: ExplainOptions = {},
): Promise<PermitExplanation[]> {
  const given = readRecord(question, "question", ["plate", "companyId"]);
  const companyId = readId(given["companyId"], "question.companyId");
  const number = canonicalPlateNumber(given["plate"], "question.plate");
  const signal = readSignal(readRecord(options, "options", ["signal"])["signal"], "options.signal");
  const targets = createChecker(core, signal);
  const ledger = await core.openLedger();
  const query = {
    companyId,
    plateNumbers: [number],
    locationIds: [],
    at: core.timers.now(),
    signal: signal ?? new AbortController().signal,
  };
  const explained: PermitExplanation[] = [];
  for await (const { id } of await ledger.findPermits(query))
    explained.push(await explainOne(core, id, { targets, signal, plateNumber: number }));
  return explained;
}

function createChecker({ providers, timers }: SyncParts, signal: AbortSignal | undefined): TargetChecker {
  return new TargetChecker({ providers, timers, signal });
}

async function explainOne(
  core: SyncParts,
  permitId: string,
  {
    targets,
    signal,
    plateNumber,
  }: { targets: TargetChecker; signal: AbortSignal | undefined; plateNumber?: string },
): Promise<PermitExplanation> {
  requireGoingOn(signal);
  const ledger = await core.openLedger();
  const record = await ledger.readRecord(permitId);
  const seen = await look(record?.companyId, core.settings.directory, core.timers);
  return explainFound(permitId, record, {
    targets,
    plateNumber,
    now: core.timers.now(),
    seen,
    providerIds: core.loops.keys(),
    breakerOpenSince: (providerId) => core.loops.get(providerId)?.breaker.status.downSince,
  });
}

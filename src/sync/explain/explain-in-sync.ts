import { readId, readRecord } from "../../core/fields.ts";
import type { MaybePromise } from "../../core/maybe-promise.ts";
import { canonicalPlateNumber } from "../../core/permit/plate.ts";
import type { CompanyViews } from "../deliver/company-views.ts";
import type { DeliveryLoop } from "../deliver/delivery-loop.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Timers } from "../pace/timers.ts";
import { explainFound } from "./explain-permit.ts";
import type { PermitExplanation } from "./explanation.ts";

/** What a sync has at hand. */
export interface SyncParts {
  openLedger(): MaybePromise<Ledger>;
  readonly timers: Pick<Timers, "now">;
  readonly views: Pick<CompanyViews, "read">;
  /** One loop per push provider, by the provider's id. */
  readonly loops: ReadonlyMap<string, Pick<DeliveryLoop, "breaker">>;
}

/** Explains a permit by all that a sync has at hand. */
export async function explainInSync(core: SyncParts, given: string): Promise<PermitExplanation> {
  const permitId = readId(given, "permitId");
  const ledger = await core.openLedger();
  const record = await ledger.readRecord(permitId);
  const view = record === undefined ? undefined : await core.views.read(record.companyId);
  return explainFound(permitId, record, {
    now: core.timers.now(),
    seen: view ?? "directory_failed",
    providerIds: core.loops.keys(),
    breakerOpenSince: (providerId) => core.loops.get(providerId)?.breaker.status.downSince,
  });
}

export async function explainPlateInSync(
  core: SyncParts,
  question: { readonly plate: string; readonly companyId: string },
): Promise<PermitExplanation[]> {
  const given = readRecord(question, "question", ["plate", "companyId"]);
  const companyId = readId(given["companyId"], "question.companyId");
  const number = canonicalPlateNumber(given["plate"], "question.plate");
  const ledger = await core.openLedger();
  const { signal } = new AbortController();
  const query = { companyId, plateNumbers: [number], locationIds: [], at: core.timers.now(), signal };
  const explained: PermitExplanation[] = [];
  for await (const { id } of await ledger.findPermits(query))
    explained.push(ofPlate(await explainInSync(core, id), number));
  return explained;
}

/** The explanation with the entries of one plate. */
function ofPlate(explanation: PermitExplanation, number: string): PermitExplanation {
  const entries = explanation.entries.filter(({ plate }) => plate.number === number);
  const [about = ""] = explanation.sentences;
  return { ...explanation, entries, sentences: [about, ...entries.map(({ sentence }) => sentence)] };
}

import { EnforcementError } from "../core/errors.ts";
import { fieldError } from "../core/fields.ts";
import type { PushProvider } from "../core/provider.ts";
import type { DeliveryLoop } from "./deliver/delivery-loop.ts";
import { type ChangeEnd, changeDelivery } from "./failures/change-delivery.ts";
import { SAME_CLOCK_MS } from "./ledger/delivery-facts.ts";
import type { ReconcileOptions, ReconcileReport } from "./reconcile/drift.ts";
import { type ReassertOptions, type ReassertReport, reassertProvider } from "./reconcile/reassert.ts";
import { reconcileProvider } from "./reconcile/reconcile.ts";
import type { RepairContext } from "./reconcile/repair-context.ts";
import type { SyncCore } from "./sync-core.ts";

export async function reconcileOne(
  core: SyncCore,
  forget: RepairContext["forget"],
  providerId: string,
  options?: ReconcileOptions,
): Promise<ReconcileReport> {
  const context = await openContext(core, forget, providerId);
  const { vendor } = context.provider;
  const neighbours = [...core.providers.values()].flatMap((other) =>
    other.delivery === "push" && other.vendor === vendor && other.id !== providerId ? [other.id] : [],
  );
  return reconcileProvider({ ...context, neighbours, views: core.views }, options);
}

export async function reassertOne(
  core: SyncCore,
  forget: RepairContext["forget"],
  providerId: string,
  options?: ReassertOptions,
): Promise<ReassertReport> {
  const context = await openContext(core, forget, providerId);
  return reassertProvider({ ...context, timers: core.timers }, options);
}

async function openContext(
  core: SyncCore,
  forget: RepairContext["forget"],
  providerId: string,
): Promise<RepairContext> {
  const provider = getPushProvider(core, providerId);
  const { clockKeeper, timers } = core;
  const ledger = await core.openLedger();
  return {
    provider,
    ledger,
    clock: timers.now,
    pace: core.pace,
    writeAt: (at, write) => clockKeeper.record(at, write),
    forget,
    changeDelivery: async (id, change) =>
      isChanged(await changeDelivery(core, { ...id, change }), providerId),
    mayHaveEndedAhead() {
      const isBehind = timers.latest > timers.now().getTime() + SAME_CLOCK_MS;
      return isBehind && !getLoop(core, providerId).isPlannedSinceStepBack;
    },
    // The provider may be replaced during the run: then its new loop sends.
    sendNow: (references, write, signal) => getLoop(core, providerId).sendNow(references, write, signal),
  };
}

/** @throws EnforcementError `unavailable` when another claim held the delivery for more than two minutes */
function isChanged(end: ChangeEnd, providerId: string): boolean {
  if (end !== "busy") return end === "changed";
  const message = "The permit's delivery is being worked on for too long; try again later.";
  throw new EnforcementError("unavailable", message, { providerId, operation: "reconcile" });
}

function getPushProvider(core: SyncCore, providerId: string): PushProvider {
  const provider = core.getProvider(providerId);
  if (provider.delivery === "push") return provider;
  throw fieldError("providerId", "names a pull provider: nothing is sent to it.");
}

function getLoop(core: SyncCore, providerId: string): DeliveryLoop {
  const loop = core.loops.get(providerId);
  if (loop === undefined) throw fieldError("providerId", "names a provider that was removed during the run.");
  return loop;
}

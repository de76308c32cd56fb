import { fieldError } from "../core/fields.ts";
import type { PushProvider } from "../core/provider.ts";
import type { ReconcileOptions, ReconcileReport } from "./reconcile/drift.ts";
import { type ReassertOptions, type ReassertReport, reassertProvider } from "./reconcile/reassert.ts";
import { reconcileProvider } from "./reconcile/reconcile.ts";
import type { SyncCore } from "./sync-core.ts";

export async function reconcileOne(
  core: SyncCore,
  providerId: string,
  options?: ReconcileOptions,
): Promise<ReconcileReport> {
  const provider = getPushProvider(core, providerId);
  const ledger = await core.openLedger();
  const neighbours = [...core.providers.values()].flatMap(({ id, vendor, delivery }) =>
    delivery === "push" && vendor === provider.vendor && id !== provider.id ? [id] : [],
  );
  const context = {
    ...{ provider, ledger, neighbours, directory: core.settings.directory, clock: core.timers.now },
    onDue: () => core.wake(provider.id),
    emit: core.emit,
  };
  return reconcileProvider(context, options);
}

export async function reassertOne(
  core: SyncCore,
  providerId: string,
  options?: ReassertOptions,
): Promise<ReassertReport> {
  const provider = getPushProvider(core, providerId);
  const ledger = await core.openLedger();
  const { timers } = core;
  return reassertProvider({ provider, ledger, timers, onDue: () => core.wake(provider.id) }, options);
}

function getPushProvider(core: SyncCore, providerId: string): PushProvider {
  const provider = core.getProvider(providerId);
  if (provider.delivery === "push") return provider;
  throw fieldError("providerId", "names a provider that asks us: nothing was sent to it.");
}

import { fieldError } from "../core/fields.ts";
import type { EnforcementProvider } from "../core/provider.ts";
import { readProvider } from "./options.ts";
import type { SyncCore } from "./sync-core.ts";

/**
 * How long open requests may continue after `stop` or `removeProvider`, in milliseconds. Then they are aborted.
 */
export const DRAIN_TIMEOUT_MS = 10_000;

/** Makes the permits of a company, or of all companies, due, because its mapping, its switches or the providers changed. */
export async function refreshCompanies(core: SyncCore, companyId?: string): Promise<void> {
  core.refreshCount += 1;
  const ledger = await core.openLedger();
  if (companyId !== undefined) await refreshCompany(core, companyId);
  else for await (const id of ledger.listCompanies()) await refreshCompany(core, id);
}

/** Makes the company's deliveries due, and wakes the loops of their providers. */
export async function refreshCompany(core: SyncCore, companyId: string): Promise<void> {
  core.views.lookAgain(companyId);
  const ledger = await core.openLedger();
  const { providerIds } = await core.companyAnswers.ask(companyId, core.loops);
  const due = new Set<string>();
  try {
    const selection = { companyId, providerIds, at: core.timers.now() };
    await ledger.makeDue(selection, { onDue: (providerId) => due.add(providerId) });
  } finally {
    // When a later step fails, those before it have made something due already.
    for (const providerId of due) core.loops.get(providerId)?.outdate({ companyId });
    core.wake(due);
  }
}

export async function addProvider(
  core: SyncCore,
  given: EnforcementProvider,
  isRunning: boolean,
): Promise<void> {
  const provider = readProvider(given, "provider");
  if (core.providers.has(provider.id)) {
    throw fieldError("provider.id", "is in use; call replaceProvider to replace the instance.");
  }
  core.providers.set(provider.id, provider);
  if (provider.delivery === "pull") return;
  const loop = core.createLoop(provider);
  core.loops.set(provider.id, loop);
  if (isRunning) loop.start();
  await refreshCompanies(core);
}

export async function removeProvider(core: SyncCore, providerId: string): Promise<void> {
  core.getProvider(providerId);
  const loop = core.loops.get(providerId);
  core.providers.delete(providerId);
  core.loops.delete(providerId);
  await loop?.stop(DRAIN_TIMEOUT_MS);
}

export async function replaceProvider(
  core: SyncCore,
  given: EnforcementProvider,
  isRunning: () => boolean,
): Promise<void> {
  const provider = readProvider(given, "provider");
  const before = core.getProvider(provider.id);
  if (before.delivery !== provider.delivery || before.vendor !== provider.vendor) {
    const remedy = "remove the old one and add the new one under another id";
    throw fieldError(
      "provider",
      `has another vendor or delivery kind, which has none of the old one's registrations; ${remedy}.`,
    );
  }
  core.providers.set(provider.id, provider);
  if (provider.delivery === "pull") return;
  const old = core.loops.get(provider.id);
  const loop = core.createLoop(provider);
  core.loops.set(provider.id, loop);
  // Two instances must not send operations on one right at the same time.
  await old?.stop(DRAIN_TIMEOUT_MS);
  if (isRunning() && core.loops.get(provider.id) === loop) loop.start();
}

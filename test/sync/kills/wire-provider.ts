import { EnforcementError } from "../../../src/core/errors.ts";
import type { Outcome, PushProvider } from "../../../src/core/provider.ts";
import { outcomesFor } from "../../../src/core/registration/outcome.ts";
import { createPushOperations, type Delivered } from "../../../src/core/registration/push-operations.ts";
import type { WireOutcome } from "./vendor-server.ts";

/** An adapter of the vendor of `serveVendors`, for the process that is to be killed. */
export function createWireProvider(id: string, origin: string): PushProvider {
  const capabilities = {
    ...{ batchSize: 10, openEndedDays: 30 },
    ...{ listZones: false, find: false, listRegistrations: false },
  };
  return {
    ...{ id, vendor: "fake", delivery: "push", capabilities },
    validateMapping: () => {
      throw new Error("Sync asks for no mapping report.");
    },
    checkConnection: async () => ({ status: "connected", message: "It answers." }),
    setup: {} as PushProvider["setup"],
    ...createPushOperations({
      ...{ providerId: id, openEndedDays: capabilities.openEndedDays },
      clock: () => new Date(),
      checkRegistration() {},
      async deliver(changes, { signal }) {
        try {
          const reply = await fetch(`${origin}/${id}`, {
            ...{ method: "POST", body: JSON.stringify(changes), signal: signal ?? null },
          });
          if (!reply.ok) throw new Error(`It answers ${reply.status}.`);
          const answers = (await reply.json()) as WireOutcome[];
          return outcomesFor(changes, (_, index) => toOutcome(answers[index] as WireOutcome));
        } catch {
          const details = { outcome: "unknown", attempts: 1 } as const;
          const error = new EnforcementError("unavailable", "The fake vendor broke off.", details);
          return outcomesFor(changes, () => ({ ok: false, error }));
        }
      },
    }),
  };
}

function toOutcome(outcome: WireOutcome): Outcome<Delivered> {
  if (outcome.ok) return { ok: true, value: { reference: outcome.reference, target: outcome.target } };
  const { vendorCode, vendorMessage } = outcome;
  const details = { attempts: 1, status: 422, vendorCode, vendorMessage };
  return { ok: false, error: new EnforcementError("rejected", `It refuses: ${vendorMessage}`, details) };
}

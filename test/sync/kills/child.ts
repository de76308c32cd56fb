// The process that is killed: a sync over a ledger on the disk, and the vendor over HTTP. It does what its parent asks.

import { isEnforcementError } from "../../../src/core/errors.ts";
import type { ProviderState } from "../../../src/sync/ledger/delivery.ts";
import { createPermitSync } from "../../../src/sync/permit-sync.ts";
import { createHostDirectory } from "../histories/host-directory.ts";
import { toPermit } from "../histories/host-permits.ts";
import { openChildLedger } from "./child-ledger.ts";
import type { ChildCall, ChildRequest, ChildSetup } from "./child-wire.ts";
import { createWireProvider } from "./wire-provider.ts";
import { createClock } from "./wrong-clock.ts";

const setup: ChildSetup = JSON.parse(process.argv[2] ?? "");
const clock = createClock(setup.clock);
const ledger = await openChildLedger(setup.ledger);
const sync = createPermitSync({
  ...{ ledger, clock, directory: createHostDirectory(setup.providerIds).directory },
  providers: setup.providerIds.map((id) => createWireProvider(id, setup.origin)),
});

async function answer(asked: ChildCall): Promise<unknown> {
  switch (asked.call) {
    case "issue":
    case "revise":
      return (await sync[asked.call](toPermit(asked.spec))).status;
    case "issueMany":
      return (await sync.issueMany(asked.specs.map(toPermit))).map(({ status }) => status);
    case "revoke":
    case "forget":
      return (await sync[asked.call](asked.permitId)).status;
    case "getPermit":
      return (await ledger.getPermit(asked.permitId)) ?? null;
    case "idle":
      return sync.idle();
    case "listFailures": {
      const failures: unknown[] = [];
      for await (const failure of await sync.failures()) failures.push(failure);
      return failures;
    }
    case "listDeliveries": {
      const deliveries = new Map<string, ProviderState>();
      for await (const target of ledger.listTargets(asked.providerId)) {
        for await (const { permitId, delivery } of ledger.listAt(asked.providerId, target)) {
          deliveries.set(permitId, delivery);
        }
      }
      return [...deliveries.values()];
    }
  }
}

process.on("message", (message) => {
  const request = message as ChildRequest;
  answer(request).then(
    (value) => process.send?.({ id: request.id, value: value ?? null }),
    (error: unknown) =>
      process.send?.({
        ...{ id: request.id, error: String(error) },
        field: isEnforcementError(error) ? error.field : undefined,
      }),
  );
});

await sync.start();
process.send?.({ id: 0, value: "ready" });

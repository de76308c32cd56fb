import { createServer } from "node:http";
import {
  apiKeyAuth,
  createPassportProvider,
  createPermitLookupHandler,
  createPermitSync,
  createT2FlexProvider,
  issueCredentials,
  memoryDirectory,
  parsePlate,
} from "@offstreet/enforcement";
import { toNodeHandler } from "@offstreet/enforcement/node";
import { createSandbox } from "@offstreet/enforcement/sandbox";
import { sqliteLedger } from "@offstreet/enforcement/sqlite";

const zone = { id: "11111111-1111-4111-8111-111111111111", number: "101", name: "Lot 101" };
const on = { enabled: true };
const directory = memoryDirectory({
  companies: [{ id: "university", name: "University", providers: { passport: on, "t2-flex": on } }],
  locations: [
    {
      id: "lot",
      companyId: "university",
      name: "Lot 101",
      region: "CA-NB",
      providers: { passport: { enabled: true, target: zone.id }, "t2-flex": on },
    },
  ],
});

/** A host in small: a permit goes through the embedded ledger to Passport's sandbox, and a handheld asks about it. */
export async function carryOnePermit(ledgerPath) {
  const sandbox = createSandbox({ passport: { zones: [zone] } });
  const { operatorId, clientId, clientSecret } = sandbox.passport;
  const passport = createPassportProvider({
    operatorId,
    clientId,
    clientSecret,
    fetch: (url, init) => sandbox.passport.fetch(new Request(url, init)),
  });
  const ledger = sqliteLedger({ path: ledgerPath });
  const sync = createPermitSync({ providers: [passport], ledger, directory });
  await sync.start();
  await sync.issue({
    id: "P-1",
    companyId: "university",
    plates: [parsePlate("GXK 204")],
    locationIds: ["lot"],
    validFrom: new Date(Date.now() - 60_000),
    validTo: null,
    revision: 1,
  });
  await sync.idle();
  const { status, sessions } = await ask(sync.findPermits);
  await sync.stop();
  await ledger.close();
  return `registered ${sandbox.passport.sessions.size}, answered ${status} ${sessions[0]?.permitId}`;
}

async function ask(findPermits) {
  const { password, stored } = issueCredentials({ companyId: "university" });
  const handler = createPermitLookupHandler({
    provider: createT2FlexProvider(),
    authorize: apiKeyAuth({ find: () => stored }),
    directory,
    findPermits,
  });
  const server = createServer(toNodeHandler(handler));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const reply = await fetch(`http://127.0.0.1:${server.address().port}/`, {
    method: "POST",
    headers: { "x-api-key": password, "content-type": "application/json" },
    body: JSON.stringify({ plate: "GXK204", state: "NB" }),
  });
  const { sessions } = await reply.json();
  server.close();
  server.closeAllConnections();
  return { status: reply.status, sessions };
}

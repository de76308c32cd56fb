import { createPassportProvider, isEnforcementError, parsePlate } from "@offstreet/enforcement";
import { createSandbox } from "@offstreet/enforcement/sandbox";
import { sandboxHandlers } from "@offstreet/enforcement/testing";

const zone = { id: "11111111-1111-4111-8111-111111111111", number: "101", name: "Downtown Lot" };
const sandbox = createSandbox({ passport: { zones: [zone] } });
const { operatorId, clientId, clientSecret } = sandbox.passport;

try {
  const handlers = sandboxHandlers(sandbox, { passport: "https://api.us.passportinc.com" });
  const { setupServer } = await import("msw/node");
  const server = setupServer(...handlers);
  server.listen();
  const provider = createPassportProvider({ operatorId, clientId, clientSecret, retries: 0 });
  const registration = {
    companyId: "university",
    permitId: "P-1",
    locationId: "lot",
    plate: parsePlate("GXK 204", { region: "NB" }),
    target: zone.id,
    validFrom: new Date(),
    validTo: null,
  };
  await provider.register(registration);
  // A fault breaks the connection, and is no reply.
  sandbox.passport.faults.add({ kind: "reset-after", path: "/events" });
  const broken = await provider.register({ ...registration, permitId: "P-2" }).catch((error) => error);
  server.close();
  console.log("works", sandbox.passport.sessions.size, broken.code, broken.outcome);
} catch (error) {
  if (!isEnforcementError(error)) throw error;
  console.log(error.code, error.message);
}

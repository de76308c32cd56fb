import { createHotSpotProvider, createPassportProvider, createT2FlexProvider } from "@offstreet/enforcement";
import { createSandbox } from "@offstreet/enforcement/sandbox";
import { exampleNow } from "./clock.ts";
import { vendors } from "./customer.ts";

/** Starts the vendors' sandboxes on loopback and the providers that talk to them. */
export async function startVendors() {
  const clock = () => exampleNow;
  const sandbox = createSandbox({
    clock,
    passport: vendors.passport,
    hotspot: { spotIds: vendors.hotspot.spots.map(({ spotId }) => spotId) },
  });
  const server = await sandbox.listen();
  const { operatorId, clientId, clientSecret } = sandbox.passport;
  return {
    sandbox,
    close: () => server.close(),
    passport: createPassportProvider({
      operatorId,
      clientId,
      clientSecret,
      clock,
      baseUrl: server.passportUrl,
      currency: "CAD",
    }),
    hotspot: createHotSpotProvider({ baseUrl: server.hotspotUrl, token: sandbox.hotspot.token, clock }),
    "t2-flex": createT2FlexProvider(),
  };
}

export type Vendors = Awaited<ReturnType<typeof startVendors>>;

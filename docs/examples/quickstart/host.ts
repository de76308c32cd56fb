import type { AddressInfo } from "node:net";
import {
  apiKeyAuth,
  basicAuth,
  createPermitLookupHandler,
  type FindPermits,
  issueCredentials,
  type PullProvider,
} from "@offstreet/enforcement";
import { toExpressHandler } from "@offstreet/enforcement/express";
import { toFastifyHandler } from "@offstreet/enforcement/fastify";
import { createHandheld } from "@offstreet/enforcement/sandbox";
import express from "express";
import fastify from "fastify";
import { exampleNow } from "./clock.ts";
import { company, directory } from "./customer.ts";

const PATH = "/enforcement/lookup";

/** Serves the permit lookup in Fastify and in Express, each with a handheld that asks it over HTTP. */
export async function startHosts(
  provider: PullProvider,
  findPermits: FindPermits,
  options: { port: number },
) {
  // The password is shown once, to be entered at the vendor; the host keeps only `stored`.
  const { username, password, stored } = issueCredentials({ companyId: company.id });
  const handler = createPermitLookupHandler({
    provider,
    directory,
    findPermits,
    authorize: [
      basicAuth({ find: (name) => (name === stored.id ? stored : undefined) }),
      apiKeyAuth({ find: (hash) => (stored.hashes.includes(hash) ? stored : undefined) }),
    ],
    clock: () => exampleNow,
  });

  const fastifyApp = fastify();
  fastifyApp.post(PATH, toFastifyHandler(handler));
  const fastifyUrl = (await fastifyApp.listen({ host: "127.0.0.1", port: options.port })) + PATH;

  const expressApp = express();
  expressApp.use(express.json());
  expressApp.post(PATH, toExpressHandler(handler));
  const expressServer = expressApp.listen(0, "127.0.0.1");
  await new Promise((resolve) => expressServer.once("listening", resolve));
  const expressUrl = `http://127.0.0.1:${(expressServer.address() as AddressInfo).port}${PATH}`;

  return {
    fastifyUrl,
    apiKey: password,
    handhelds: {
      Fastify: createHandheld({ url: fastifyUrl, credential: { scheme: "basic", username, password } }),
      Express: createHandheld({ url: expressUrl, credential: { scheme: "api-key", key: password } }),
    },
    async close() {
      await fastifyApp.close();
      expressServer.closeAllConnections();
      await new Promise((resolve) => expressServer.close(resolve));
    },
  };
}

export type Hosts = Awaited<ReturnType<typeof startHosts>>;

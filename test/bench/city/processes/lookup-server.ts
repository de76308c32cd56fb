import {
  basicAuth,
  createPermitLookupHandler,
  createT2FlexProvider,
  type Directory,
  type FindPermits,
  type StoredCredential,
} from "@offstreet/enforcement";
import { toFastifyHandler } from "@offstreet/enforcement/fastify";
import fastify from "fastify";
import { companyNumber, officerCredential, type World } from "../world.ts";

export const LOOKUP_PATH = "/enforcement/lookup";

/** Serves the lookup of all companies as a host with Fastify does. Returns its port. */
export async function serveLookups(
  findPermits: FindPermits,
  { world, directory }: { world: World; directory: Directory },
): Promise<number> {
  const credentials = new Map<string, StoredCredential>();
  const handler = createPermitLookupHandler({
    provider: createT2FlexProvider(),
    authorize: basicAuth({
      find(name) {
        const company = companyNumber(name);
        if (!(company >= 0 && company < world.sizes.companies)) return undefined;
        const known = credentials.get(name) ?? officerCredential(company);
        credentials.set(name, known);
        return known;
      },
    }),
    directory,
    findPermits,
  });
  const app = fastify({ keepAliveTimeout: 120_000 });
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    scope.all(LOOKUP_PATH, toFastifyHandler(handler));
  });
  return Number(new URL(await app.listen({ host: "127.0.0.1", port: 0 })).port);
}

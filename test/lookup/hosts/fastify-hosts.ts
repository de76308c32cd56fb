import compress from "@fastify/compress";
import cors from "@fastify/cors";
import helmet from "@fastify/helmet";
import fastify, { type FastifyInstance } from "fastify";
import * as library from "../../../src/index.ts";
import { toFastifyHandler } from "../../../src/lookup/mounts/fastify.ts";
import { type HostTraits, type LookupHost, openHere } from "./host.ts";
import { CONSUMED_PATHNAME, PATHNAME } from "./served-lookup.ts";

const refusesItself = ["malformed", "type", "large"] as const;

interface Way {
  readonly name: string;
  readonly pathname?: string;
  readonly traits?: HostTraits;
  prepare?(app: FastifyInstance): Promise<unknown>;
}

const ways: readonly Way[] = [
  { name: "plain" },
  { name: "under a prefix", pathname: "/api/v1/lookup" },
  {
    name: "with CORS, compress and helmet",
    traits: {
      compresses: true,
      preflight: true,
      adds: {
        "access-control-allow-origin": "https://console.example",
        "x-content-type-options": "nosniff",
      },
    },
    async prepare(app) {
      await app.register(cors, { origin: "https://console.example" });
      await app.register(helmet);
      await app.register(compress, { threshold: 0 });
    },
  },
];

/** Fastify 5, in each way in which hosts use it. */
export const fastifyHosts: readonly LookupHost[] = ways.map(
  ({ name, pathname = PATHNAME, traits = {}, prepare }) => ({
    name: `Fastify 5, ${name}`,
    traits: { refusesItself, ...traits },
    open: () =>
      openHere(library, pathname, async (handler, { report }) => {
        // The client keeps a connection open that it has never used; closing must not wait for it.
        const app = fastify({ forceCloseConnections: true });
        app.addHook("onError", async (_request, _reply, error) => {
          report({ type: "fault", message: String(error) });
        });
        await prepare?.(app);
        const lookup = toFastifyHandler(handler);
        await app.register(
          async (scope) => {
            scope.all("/", lookup);
            scope.all("/*", lookup);
          },
          { prefix: pathname },
        );
        await app.register(async (scope) => {
          scope.removeAllContentTypeParsers();
          scope.addContentTypeParser("*", (_request, payload, done) => {
            payload.on("end", () => done(null)).resume();
          });
          scope.post(CONSUMED_PATHNAME, lookup);
        });
        return { origin: await app.listen({ port: 0, host: "127.0.0.1" }), close: () => app.close() };
      }),
  }),
);

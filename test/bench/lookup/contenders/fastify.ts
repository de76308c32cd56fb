import { toFastifyHandler } from "@offstreet/enforcement/fastify";
import fastify, { type FastifyInstance } from "fastify";
import { type Contender, PATH } from "./contender.ts";
import { clientOf } from "./node.ts";

export const fastifyByHand: Contender = {
  host: "fastify",
  listen: async ({ byHand }) => {
    const lookup = await byHand();
    const app = fastify({ bodyLimit: 16_384 });
    app.post(PATH, (request, reply) => {
      const key = request.headers["x-api-key"];
      const pending = lookup(
        typeof key === "string" ? key : undefined,
        () => request.body,
        clientOf(reply.raw),
      );
      if (pending instanceof Promise) {
        return pending.then(({ status, headers, body }) => reply.code(status).headers(headers).send(body));
      }
      return reply.code(pending.status).headers(pending.headers).send(pending.body);
    });
    return portOf(app);
  },
};

export const fastifyOurs: Contender = {
  host: "fastify",
  listen: async ({ ours }) => {
    const app = fastify({ bodyLimit: 16_384 });
    app.post(PATH, toFastifyHandler(await ours()));
    return portOf(app);
  },
};

async function portOf(app: FastifyInstance): Promise<number> {
  return Number(new URL(await app.listen({ host: "127.0.0.1", port: 0 })).port);
}

import { toFastifyHandler } from "@offstreet/enforcement/fastify";
import fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { type Reply, writeReply } from "../by-hand/reply.ts";
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
        return pending.then((known) => send(reply, known));
      }
      return send(reply, pending);
    });
    return portOf(app);
  },
};

function send(reply: FastifyReply, known: Reply): FastifyReply {
  const { status, headers, body } = writeReply(known);
  return reply.code(status).headers(headers).send(body);
}

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

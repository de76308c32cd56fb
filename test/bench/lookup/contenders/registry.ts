import type { Contender } from "./contender.ts";
import { expressByHand, expressByHandStripped, expressOurs, expressOursBehindJson } from "./express.ts";
import { fastifyByHand, fastifyOurs } from "./fastify.ts";
import { honoAdapter, whatwgAdapter } from "./fetch-adapters.ts";
import { nodeByHand, nodeOurs } from "./node.ts";

/** Every server that can be measured, by the name that its process is started with. */
export const CONTENDERS = {
  "node:http, by hand": nodeByHand,
  "node:http, ours": nodeOurs,
  "Express with express.json(), by hand": expressByHand,
  "Express with express.json(), stripped, by hand": expressByHandStripped,
  "Express, ours": expressOurs,
  "Express with express.json(), ours": expressOursBehindJson,
  "Fastify, by hand": fastifyByHand,
  "Fastify, ours": fastifyOurs,
  "@hono/node-server, by hand": honoAdapter,
  "@whatwg-node/server, by hand": whatwgAdapter,
} as const satisfies Record<string, Contender>;

export type ContenderName = keyof typeof CONTENDERS;

/** Whether a name is one of {@link CONTENDERS}. */
export function isContenderName(name: string): name is ContenderName {
  return Object.hasOwn(CONTENDERS, name);
}

import type { ContenderName } from "./contenders/registry.ts";
import type { SourceKind } from "./permit-source.ts";

/** One server of the run. Hand-written ones are there twice: the second time as the control. */
export interface HttpEntry {
  readonly name: string;
  readonly contender: ContenderName;
  readonly source: SourceKind;
}

const once = (contender: ContenderName): HttpEntry => ({ name: contender, contender, source: "memory" });
const again = (contender: ContenderName): HttpEntry => ({ ...once(contender), name: `${contender}, again` });
const later = ({ name, contender }: HttpEntry): HttpEntry => ({
  name: `${name}, source with a promise`,
  contender,
  source: "promise",
});

/** Every server that is measured, in the order of the table. */
export const HTTP_ENTRIES: readonly HttpEntry[] = [
  once("node:http, by hand"),
  again("node:http, by hand"),
  once("node:http, ours"),
  once("Fastify, by hand"),
  again("Fastify, by hand"),
  once("Fastify, ours"),
  once("Express with express.json(), by hand"),
  again("Express with express.json(), by hand"),
  once("Express with express.json(), stripped, by hand"),
  once("Express, ours"),
  once("Express with express.json(), ours"),
  once("@hono/node-server, by hand"),
  once("@whatwg-node/server, by hand"),
  later(once("node:http, by hand")),
  later(again("node:http, by hand")),
  later(once("node:http, ours")),
];

/** What is compared with what, and how it must come out. */
export const HTTP_TARGETS: ReadonlyArray<readonly [ours: string, theirs: string, target?: number]> = [
  ["node:http, ours", "node:http, by hand", 0.95],
  ["node:http, ours, source with a promise", "node:http, by hand, source with a promise"],
  ["Fastify, ours", "Fastify, by hand", 0.95],
  ["Express, ours", "Express with express.json(), by hand", 1.7],
  ["Express, ours", "Express with express.json(), stripped, by hand"],
  ["Express with express.json(), ours", "Express with express.json(), by hand"],
  ["node:http, ours", "@hono/node-server, by hand", 2],
  ["node:http, ours", "@whatwg-node/server, by hand", 2],
];

/** The two entries that are the same server, for a comparison with `theirs`. */
export function controlOf(theirs: string): readonly [string, string] {
  const host = theirs.startsWith("@") ? "node:http, by hand" : theirs.replace(", stripped", "");
  const promised = ", source with a promise";
  return host.endsWith(promised)
    ? [host, `${host.slice(0, -promised.length)}, again${promised}`]
    : [host, `${host}, again`];
}

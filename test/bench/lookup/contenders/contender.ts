import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { PermitLookupHandler } from "@offstreet/enforcement";
import type { LookupByHand } from "../by-hand/lookup.ts";

export const PATH = "/enforcement/lookup";

/** One server that is measured. */
export interface Contender {
  /** What it runs on, with the package to name a version of. */
  readonly host: string;
  /** Makes the lookup that it serves and listens on loopback. The port. */
  listen(lookups: Lookups): Promise<number>;
}

/** Both lookups, made when they are called, and compiled. */
export interface Lookups {
  byHand(): Promise<LookupByHand>;
  ours(): Promise<PermitLookupHandler>;
}

/** Listens on a free port of loopback. */
export async function listenOn(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { PushChange } from "../../../src/core/registration/push-operations.ts";
import { type FakeVendor, isRefusal } from "../histories/fake-vendor.ts";

/** The vendor's answer to one change. */
export type WireOutcome =
  | { readonly ok: true; readonly reference: string; readonly target: string }
  | { readonly ok: false; readonly vendorCode: string; readonly vendorMessage: string };

export interface VendorServer {
  readonly origin: string;
  /** From now on it answers well and at once. */
  recover(): void;
  close(): Promise<void>;
}

/**
 * Serves fake vendors over loopback, for clients that are other processes: `POST /{providerId}` with a list of changes
 * answers a list of outcomes. It is slow and sometimes breaks off, before or after it did what was asked. A client
 * that is killed has what it asked for done, or not.
 */
export async function serveVendors(
  vendors: ReadonlyMap<string, FakeVendor>,
  { random }: { random: () => number },
): Promise<VendorServer> {
  let isWell = false;

  function carryOut(vendor: FakeVendor, changes: readonly PushChange[]): WireOutcome[] {
    return changes.map((change) => {
      const end = vendor.apply(change);
      if (isRefusal(end)) return { ok: false, vendorCode: end.vendorCode, vendorMessage: end.vendorMessage };
      return { ok: true, reference: end?.reference ?? change.reference, target: change.target };
    });
  }

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const vendor = vendors.get((request.url ?? "").slice(1));
    if (vendor === undefined || body === undefined) return void response.writeHead(404).end();
    const changes: PushChange[] = JSON.parse(body);
    const exchange = vendor.enter(changes);
    const luck = isWell ? 1 : random();
    let isOver = false;
    const end = (isDone: boolean, answer: () => void) => {
      if (isOver) return;
      isOver = true;
      exchange.leave();
      const outcomes = isDone ? carryOut(vendor, changes) : [];
      if (response.destroyed) return;
      if (luck < 0.04) response.destroy();
      else if (luck < 0.08) response.writeHead(500).end();
      else if (!isDone) answer();
      else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(outcomes));
    };
    response.on("close", () => end(random() < 0.5, () => {}));
    const isDone = luck >= 0.08 || random() < 0.5;
    setTimeout(() => end(isDone, () => response.destroy()), isWell ? 0 : random() * 15);
  }

  const server = createServer((request, response) => {
    receive(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    recover() {
      isWell = true;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The whole body; undefined when its sender was gone before its end. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  return request.complete ? Buffer.concat(chunks).toString("utf8") : undefined;
}

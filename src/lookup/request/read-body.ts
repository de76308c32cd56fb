import type { SharedTimer } from "../shared-timer.ts";
import { decodeBody, isAnnouncedTooLarge, MAX_BODY_BYTES, type ReadBody } from "./body.ts";

/** The part of Node's `IncomingMessage` that reading a body needs. */
export interface NodeBodyStream {
  /** The stream emits no more events, not even `end`. */
  readonly destroyed?: boolean;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  on(event: "data", listener: (chunk: Uint8Array | string) => void): unknown;
  on(event: "end" | "error" | "close", listener: () => void): unknown;
}

/** Reads the body of a fetch `Request`. Rejects when the client closes the connection. */
export async function readFetchBody(request: Request): Promise<ReadBody> {
  if (request.bodyUsed || request.body?.locked) return { problem: "consumed" };
  if (isAnnouncedTooLarge(request.headers.get("content-length"))) return { problem: "too_large" };
  if (request.body === null) return { text: "" };
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.byteLength;
    if (size > MAX_BODY_BYTES) {
      reader.cancel().catch(() => {});
      return { problem: "too_large" };
    }
    chunks.push(next.value);
  }
  return decodeBody(chunks);
}

/**
 * Reads the body of a Node request that is still unread. `undefined` when the client closes the connection. A promise instead
 * of a callback, because stream events do not run in the async context of their listener, and the host may need its context.
 */
export function readNodeBody(request: NodeBodyStream): Promise<ReadBody | undefined> {
  if (request.destroyed) return Promise.resolve(undefined);
  // Node drains the unread rest itself once the response is sent.
  if (isAnnouncedTooLarge(String(request.headers["content-length"] ?? 0))) {
    return Promise.resolve({ problem: "too_large" });
  }
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    request.on("data", (chunk) => {
      size += chunk.length;
      // The listener stays and discards the rest: a client that is still sending must be able to read the 413.
      if (size > MAX_BODY_BYTES) resolve({ problem: "too_large" });
      else chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
    });
    request.on("end", () => resolve(decodeBody(chunks)));
    request.on("error", () => resolve(undefined));
    request.on("close", () => resolve(undefined));
  });
}

// The original function: fake timers of a test must not stop a body.
const { setImmediate: afterThisTurn } = globalThis;

/**
 * The body, or the problem `late` when it has not arrived by `endsAt` by the handler's timer. Nearly every
 * body arrives together with its headers: the timer is set only for one that has not arrived after this turn.
 */
export function readUntil(
  reading: Promise<ReadBody | undefined>,
  { endsAt, timer }: { endsAt: number; timer: SharedTimer },
): Promise<ReadBody | undefined> {
  return new Promise((resolve) => {
    let isSettled = false;
    const wait = { endsAt, expire: () => settle({ problem: "late" }) };
    const settle = (body: ReadBody | undefined): void => {
      isSettled = true;
      timer.remove(wait);
      resolve(body);
    };
    reading.then(settle, () => settle(undefined));
    afterThisTurn(() => {
      if (!isSettled) timer.add(wait);
    });
  });
}

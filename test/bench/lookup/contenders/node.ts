import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { toNodeHandler } from "@offstreet/enforcement/node";
import type { LookupByHand } from "../by-hand/lookup.ts";
import { parseJson, Refusal } from "../by-hand/question.ts";
import { type Reply, writeReply } from "../by-hand/reply.ts";
import type { Client } from "../by-hand/shared-deadline.ts";
import { type Contender, listenOn } from "./contender.ts";

const MAX_BODY_BYTES = 16 * 1024;

export const nodeByHand: Contender = {
  host: "node:http",
  listen: async ({ byHand }) => listenOn(createServer(serveByHand(await byHand()))),
};

export const nodeOurs: Contender = {
  host: "node:http",
  listen: async ({ ours }) => listenOn(createServer(toNodeHandler(await ours()))),
};

/** A listener as one writes it: chunks, one text, one write. */
export function serveByHand(lookup: LookupByHand): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    });
    request.on("end", () => {
      const readBody = () => {
        if (size > MAX_BODY_BYTES)
          throw new Refusal(413, "body_too_large", "The body is larger than 16 KiB.");
        return parseJson((chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)).toString());
      };
      const key = request.headers["x-api-key"];
      send(response, lookup(typeof key === "string" ? key : undefined, readBody, clientOf(response)));
    });
  };
}

function send(response: ServerResponse, reply: Reply | Promise<Reply>): void {
  if (reply instanceof Promise) {
    void reply.then((known) => send(response, known));
  } else if (!response.destroyed) {
    const { status, headers, body } = writeReply(reply);
    response.writeHead(status, headers);
    response.end(body);
  }
}

/** The client behind a response: gone when the connection closes before the reply is out. */
export function clientOf(response: ServerResponse): Client {
  return {
    onGone(listener) {
      response.once("close", () => response.writableFinished || listener());
    },
  };
}

// The vendor, in a process of its own: HotSpot's inferred wire as far as this benchmark speaks it. Every request takes as
// long as the first argument says, in milliseconds. It sends its port to its parent and answers its parent's questions.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { PERMITS_PATH } from "./work.ts";

const latencyMs = Number(process.argv[2] ?? 0);

let requests = 0;
/** Bodies of requests, while they are kept to be compared. */
let kept: string[] | undefined;

const server = createServer(async (request, response) => {
  const body = await buffer(request);
  if (request.url !== PERMITS_PATH || request.method !== "POST") {
    response.writeHead(404).end();
    return;
  }
  requests += 1;
  kept?.push(body.toString());
  const json = `{"Reference":"R-${requests}"}`;
  const reply = () => {
    response.writeHead(200, { "content-type": "application/json", "content-length": json.length });
    response.end(json);
  };
  if (latencyMs === 0) reply();
  else setTimeout(reply, latencyMs);
});

function digest(bodies: readonly string[]): string {
  const text = bodies.toSorted().join("\n");
  return `${bodies.length} permits, ${createHash("sha256").update(text).digest("hex")}`;
}

process.on("message", (question: "count" | "reset" | "keep" | "digest"): void => {
  if (question === "count") {
    return void process.send?.({ registrations: requests, requests, firstAt: null });
  }
  if (question === "digest") return void process.send?.(digest(kept ?? []));
  requests = 0;
  kept = question === "keep" ? [] : undefined;
  process.send?.(null);
});
process.once("disconnect", () => process.exit());
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));

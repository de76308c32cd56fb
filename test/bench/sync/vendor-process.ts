// The vendor, in a process of its own: Passport's wire as far as these benchmarks speak it. Every request takes as long
// as the first argument says, in milliseconds; DELETE lets it forget what it got. It sends its port to its parent and answers its parent's questions.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { EVENTS_PATH, TOKEN_PATH } from "./wire.ts";

const latencyMs = Number(process.argv[2] ?? 20);
const SESSION_ID = Buffer.from('"session_id"');
const TOKEN = JSON.stringify({ access_token: "t0ken", expires_in: 86_400 });

let registrations = 0;
let requests = 0;
let firstAt: number | null = null;
/** Bodies of requests, while they are kept to be compared. */
let kept: Buffer[] | undefined;

const server = createServer(async (request, response) => {
  const body = await readBody(request);
  if (request.method === "DELETE") {
    forget();
    kept &&= [];
    return response.writeHead(204).end();
  }
  if (request.url === TOKEN_PATH) return replyLater(response, TOKEN);
  if (request.url !== EVENTS_PATH) return response.writeHead(404).end();
  firstAt ??= Date.now();
  kept?.push(body);
  requests += 1;
  // Counted without being parsed: the vendor shares the machine with those who are measured.
  registrations += countSessions(body);
  replyLater(response, "{}");
});

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}

function replyLater(response: ServerResponse, json: string): void {
  const reply = () => {
    response.writeHead(200, { "content-type": "application/json", "content-length": json.length });
    response.end(json);
  };
  if (latencyMs === 0) reply();
  else setTimeout(reply, latencyMs);
}

function countSessions(body: Buffer): number {
  let count = 0;
  for (let at = body.indexOf(SESSION_ID); at !== -1; at = body.indexOf(SESSION_ID, at + SESSION_ID.length)) {
    count += 1;
  }
  return count;
}

/** One text for everything that was registered; the instant of the decision and the order do not count. */
function digest(bodies: readonly Buffer[]): string {
  const events = bodies.flatMap((body) => {
    const { type, version, data } = JSON.parse(body.toString());
    return data.map(({ occurred_at, ...event }: Record<string, unknown>) => {
      if (Number.isNaN(Date.parse(String(occurred_at)))) throw new Error("An event without its instant.");
      return JSON.stringify([type, version, event]);
    });
  });
  return `${events.length} events, ${createHash("sha256").update(events.toSorted().join("\n")).digest("hex")}`;
}

function forget(): void {
  registrations = 0;
  requests = 0;
  firstAt = null;
}

process.on("message", (question: "count" | "reset" | "keep" | "digest"): void => {
  if (question === "count") return void process.send?.({ registrations, requests, firstAt });
  if (question === "digest") return void process.send?.(digest(kept ?? []));
  forget();
  kept = question === "keep" ? [] : undefined;
  process.send?.(null);
});
process.once("disconnect", () => process.exit());
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));

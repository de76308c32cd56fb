// Both vendors, for all companies, in a process of their own: `vendors-process.ts '{"seed":1}'`. It is ready with the
// origin of each: they share nothing that a customer could see.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { seededRandom } from "../../../support/seeded-random.ts";
import { type EventLog, type LiveRights, VendorRights } from "../vendors/rights.ts";
import {
  companyOfToken,
  EVENTS_PATH,
  grantToken,
  receiveEvents,
  receiveHotSpot,
  TOKEN_PATH,
  type VendorReply,
} from "../vendors/wires.ts";
import { isThrottled, THROTTLE_EVERY, type VendorName } from "../world.ts";
import { answerParent, readSetup } from "./answer.ts";

/** What the vendors have seen so far. */
export interface VendorsReport {
  readonly live: number;
  readonly requests: number;
  /** Requests with events of Passport that were carried out during the day. */
  readonly eventRequests: number;
  /** Requests that were answered with 429. */
  readonly throttled: number;
  /** Requests that met the outage, whether they were carried out or not. */
  readonly failed: number;
  /** Registrations that came again under a known reference. */
  readonly repeats: number;
  /** What no vendor may see: a right that is live twice, a reference of two rights, another operator's token. */
  readonly violations: readonly string[];
}

/** Where each vendor is. */
export type VendorOrigins = Readonly<Record<VendorName, string>>;

export type VendorsApi = {
  /** The day begins: from now on requests take their time, some customers are throttled, and events are kept. */
  beginDay: () => void;
  /** HotSpot is out of order for all of its customers, or back. */
  setOutage: (isOut: boolean) => void;
  report: () => VendorsReport;
  liveRights: () => LiveRights;
  log: () => EventLog;
};

const LEAST_MS = 20;
const MOST_MS = 80;
// In an outage, a gateway sometimes fails after the vendor behind it has done the work.
const DONE_NEVERTHELESS = 0.1;

const { seed } = readSetup<{ seed: number }>();
const random = seededRandom(seed);
const rights = new VendorRights();
const requestsOf = new Map<number, number>();
let isDay = false;
let isOut = false;
let requests = 0;
let eventRequests = 0;
let throttled = 0;
let failed = 0;

const receiveSafely = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  try {
    await receive(request, response);
  } catch {
    // The other side has gone.
    response.destroy();
  }
};

async function receive(message: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(message);
  const { authorization = "" } = message.headers;
  const request = { path: message.url ?? "", authorization, body };
  const company = companyOfToken(request);
  const isHotSpot = !request.path.startsWith("/v3/");
  requests += 1;
  const tookMs = isDay ? LEAST_MS + random() * (MOST_MS - LEAST_MS) : 0;
  if (isDay) await pause(tookMs);
  if (request.path === TOKEN_PATH) return reply(response, grantToken(request));
  if (isDay && isOneTooMany(company)) {
    throttled += 1;
    response.setHeader("retry-after", "1");
    return reply(response, { status: 429, body: "" });
  }
  const isLost = isHotSpot && isOut;
  if (isLost) {
    failed += 1;
    if (random() >= DONE_NEVERTHELESS) return reply(response, { status: 503, body: "" });
  }
  if (isDay && request.path === EVENTS_PATH) eventRequests += 1;
  const answer =
    request.path === EVENTS_PATH
      ? receiveEvents(request, rights, tookMs)
      : receiveHotSpot(request, rights, tookMs);
  if (isLost) response.destroy();
  else reply(response, answer);
}

function isOneTooMany(company: number): boolean {
  if (!isThrottled(company)) return false;
  const count = (requestsOf.get(company) ?? 0) + 1;
  requestsOf.set(company, count);
  return count % THROTTLE_EVERY === 0;
}

function reply(response: ServerResponse, { status, body }: VendorReply): void {
  response.writeHead(status, {
    "content-type":
      status >= 400 && body.includes('"type"') ? "application/problem+json" : "application/json",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

async function listen(): Promise<string> {
  const server = createServer(receiveSafely);
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ready: VendorOrigins = { passport: await listen(), hotspot: await listen() };
answerParent<VendorsApi>(
  {
    beginDay() {
      isDay = true;
      rights.startLog();
    },
    setOutage(next) {
      isOut = next;
    },
    report: () => ({
      live: rights.live,
      requests,
      eventRequests,
      throttled,
      failed,
      repeats: rights.repeats,
      violations: rights.violations,
    }),
    liveRights: () => rights.liveRights(),
    log: () => rights.log(),
  },
  { ready },
);

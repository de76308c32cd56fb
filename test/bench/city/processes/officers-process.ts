// All officers: each asks at random moments, whether earlier answers have come or not. `officers-process.ts <sizes>`
import { setTimeout as pause } from "node:timers/promises";
import { Pool } from "undici";
import { seededRandom } from "../../../support/seeded-random.ts";
import { answerCode, FAILED, NO_PERMIT } from "../answers.ts";
import { exponential } from "../day.ts";
import { type CitySizes, DAY_MS } from "../sizes.ts";
import { Column } from "../vendors/columns.ts";
import {
  companyId,
  FIRST_STRANGER,
  locationId,
  officerKey,
  permitNumber,
  plateText,
  World,
} from "../world.ts";
import { answerParent, readSetup } from "./answer.ts";
import { LOOKUP_PATH } from "./lookup-server.ts";

/** A plate that may have changed, and where its permit is valid. */
export interface AskedPlate {
  readonly permit: number;
  readonly plate: number;
}

/** All lookups, one number for each in each list. */
export interface LookupLog {
  readonly phase: Float64Array;
  readonly plate: Float64Array;
  /** By the machine's clock, in milliseconds. */
  readonly askedAt: Float64Array;
  readonly answeredAt: Float64Array;
  readonly tookMs: Float64Array;
  /** As `answerCode` gives it; `NO_PERMIT`, or `FAILED`. */
  readonly answer: Float64Array;
}

export type OfficersApi = {
  /** The ports that answer lookups from now on. */
  setServers: (ports: readonly number[]) => void;
  /** Plates that change right now, so that some officers ask about them. */
  watch: (plates: readonly AskedPlate[]) => void;
  /** Asks so many lookups a second for so long, or until `rest`. Fulfilled when every one is answered. */
  ask: (asked: { phase: number; perSecond: number; ms: number }) => Promise<void>;
  rest: () => void;
  log: () => LookupLog;
};

const OPEN_END = Date.parse("2099-12-31T23:59:59.000Z");
const CHANGING_SHARE = 0.15;
const STRANGER_SHARE = 0.15;
const WATCHED = 200;
const STRANGERS = 900_000;

const sizes = readSetup<CitySizes>();
const world = new World(sizes);
const random = seededRandom(sizes.seed + 1);
const watched: AskedPlate[] = [];
const log = {
  phase: new Column(),
  plate: new Column(),
  askedAt: new Column(),
  answeredAt: new Column(),
  tookMs: new Column(),
  answer: new Column(),
};
const headers = new Map<number, Record<string, string>>();
let servers: Pool[] = [];
let lost = 0;
let resting = new AbortController();

async function ask(phase: number): Promise<void> {
  const { permit, plate } = draw();
  const company = world.companyOf(permit);
  const body = JSON.stringify({
    plate: plateText(plate),
    locationId: locationId(company, world.lotOf(permit)),
  });
  // An officer's handheld stays with one server; when that one is gone, it asks another.
  let server = Math.floor(random() * sizes.officers);
  for (;;) {
    const askedAt = Date.now();
    const startedAt = performance.now();
    try {
      const code = await send(server, { company, body });
      log.tookMs.push(performance.now() - startedAt);
      log.answeredAt.push(Date.now());
      log.askedAt.push(askedAt);
      log.phase.push(phase);
      log.plate.push(plate);
      log.answer.push(code);
      return;
    } catch {
      // The connection was lost with its server.
      lost += 1;
      server += 1;
      await pause(20);
    }
  }
}

async function send(server: number, { company, body }: { company: number; body: string }): Promise<number> {
  const pool = servers[server % servers.length];
  if (pool === undefined) throw new Error("There is no server.");
  const reply = await pool.request({ method: "POST", path: LOOKUP_PATH, headers: headersOf(company), body });
  const text = await reply.body.text();
  if (reply.statusCode !== 200) return FAILED;
  return readAnswer(text);
}

/** Several sessions for one plate are no right answer in this city. */
function readAnswer(text: string): number {
  const { sessions } = JSON.parse(text) as { sessions: { permitId: string; endDateTime: string }[] };
  const [session] = sessions;
  if (session === undefined) return NO_PERMIT;
  if (sessions.length > 1) return FAILED;
  const end = Date.parse(session.endDateTime);
  const endDay = end === OPEN_END ? null : (end - sizes.midnight) / DAY_MS;
  return answerCode(permitNumber(session.permitId), endDay);
}

function draw(): AskedPlate {
  const drawn = random();
  const changing = watched[Math.floor(random() * watched.length)];
  if (drawn < CHANGING_SHARE && changing !== undefined) return changing;
  const permit = Math.floor(random() * sizes.permits);
  if (drawn < 1 - STRANGER_SHARE) return { permit, plate: permit };
  return { permit, plate: FIRST_STRANGER + Math.floor(random() * STRANGERS) };
}

function headersOf(company: number): Record<string, string> {
  const login = `${companyId(company)}:${officerKey(company)}`;
  const known = headers.get(company) ?? {
    "content-type": "application/json",
    authorization: `Basic ${Buffer.from(login).toString("base64")}`,
  };
  headers.set(company, known);
  return known;
}

answerParent<OfficersApi>(
  {
    setServers(ports) {
      servers = ports.map(
        (port) => new Pool(`http://127.0.0.1:${port}`, { connections: 128, pipelining: 1 }),
      );
    },
    watch(plates) {
      watched.push(...plates);
      watched.splice(0, watched.length - WATCHED);
    },
    async ask({ phase, perSecond, ms }) {
      const { signal } = resting;
      const asking = new Set<Promise<void>>();
      const startedAt = performance.now();
      let dueMs = 0;
      while (dueMs < ms && !signal.aborted) {
        const waitMs = dueMs - (performance.now() - startedAt);
        if (waitMs > 0) await pause(Math.min(waitMs, 100));
        else {
          const one = ask(phase).finally(() => asking.delete(one));
          asking.add(one);
          dueMs += (exponential(random) * 1_000) / perSecond;
        }
      }
      await Promise.all(asking);
    },
    rest() {
      resting.abort();
      resting = new AbortController();
    },
    log: () => ({
      phase: log.phase.toArray(),
      plate: log.plate.toArray(),
      askedAt: log.askedAt.toArray(),
      answeredAt: log.answeredAt.toArray(),
      tookMs: log.tookMs.toArray(),
      answer: log.answer.toArray(),
    }),
  },
  { counts: () => ({ lost }) },
);

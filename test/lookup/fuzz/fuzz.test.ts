import { XMLValidator } from "fast-xml-parser";
import { expect, it } from "vitest";
import type { LookupReply } from "../../../src/core/lookup/lookup-message.ts";
import { decodeBody } from "../../../src/lookup/request/body.ts";
import type { BuiltInDialect } from "../../support/built-in-dialects.ts";
import { suiteSize } from "../../support/suite-size.ts";
import { createRandom } from "./fuzz-random.ts";
import { makeRequest, mutate, type RawRequest } from "./fuzz-requests.ts";
import { createFuzzWorld, type FuzzedHandler, MARKER } from "./fuzz-world.ts";

// `npm run test:fuzz` makes a million of each; FUZZ_SEED repeats a run, whose seed is printed.
const count = suiteSize("FUZZ_COUNT", { quick: 2_000, full: 20_000 });
const seed = Number(process.env["FUZZ_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

// An answer takes a fraction of a millisecond of processor time. A request that takes this much is an attack.
const MAX_ANSWER_MS = 2_000;

it.each<BuiltInDialect>(["offstreet", "iris", "genetec"])(
  "%s: no request crashes it, blocks it or gets another company's data",
  { timeout: 300_000 + count },
  async (dialect) => {
    const world = createFuzzWorld(dialect);
    const seen = new Map<number, number>();
    let slowest = 0;
    for (let index = 0; index < count; index += 1) {
      // Each request depends only on the seed and its number, so that one can be repeated without the others.
      const random = createRandom(seed + index * 0x9e3779b1);
      const request = mutate(makeRequest(dialect, world.login, random), random);
      const asked = random.pick(world.handlers);
      const startedAt = processorTimeMs();
      const reply = await ask(asked, request);
      const tookMs = processorTimeMs() - startedAt;
      slowest = Math.max(slowest, tookMs);
      seen.set(reply.status, (seen.get(reply.status) ?? 0) + 1);
      const problem =
        tookMs > MAX_ANSWER_MS ? `took ${tookMs} ms` : findProblem(reply, asked, world.login.key);
      if (problem !== undefined) {
        const audit = JSON.stringify(world.lastAudit());
        expect.fail(
          `seed ${seed}, request ${index}: ${problem}\n${JSON.stringify({ request, reply })}\n${audit}`,
        );
      }
    }
    const statuses = [...seen].sort(([one], [other]) => one - other);
    const met = statuses.map(([status, times]) => `${status}: ${times}`).join(", ");
    console.log(`fuzz ${dialect}: seed ${seed}, ${count} requests, slowest ${slowest.toFixed(1)} ms; ${met}`);
    // The property is only as good as the cases that it reaches.
    for (const status of [200, 400, 401, 405, 413, 415, 503])
      expect(seen.get(status) ?? 0, `${status}`).toBeGreaterThan(count / 2_000);
  },
);

/** Processor time of this process so far: other processes on a busy machine do not add to it. */
function processorTimeMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function ask({ handler }: FuzzedHandler, request: RawRequest): Promise<LookupReply> {
  const { method, path, query, headers, bytes } = request;
  const read = bytes === undefined ? { text: request.body } : decodeBody([bytes]);
  const neutral = { method, path, query, header: (name: string) => headers[name], body: read.text ?? "" };
  return handler.answer(neutral, { bodyProblem: read.problem });
}

function findProblem(reply: LookupReply, { isSourceBroken }: FuzzedHandler, key: string): string | undefined {
  const { status, headers, body } = reply;
  if (status >= 500 && !(status === 503 && isSourceBroken)) {
    // When the place is unknown, or the plate cannot be read, the answer is undetermined.
    const isQuestion = /The place is not known|The plate cannot be read/.test(body);
    if (status !== 503 || !isQuestion) return `status ${status}`;
  }
  if (headers["cache-control"] !== "no-store") return "may be cached";
  const told = JSON.stringify([headers, body]);
  if (told.toLowerCase().includes(MARKER)) return "tells of another company";
  if (told.includes(key)) return "tells the key";
  return isWellFormed(reply) ? undefined : "is not well-formed";
}

function isWellFormed({ headers, body }: LookupReply): boolean {
  if (headers["content-type"]?.startsWith("text/xml")) return XMLValidator.validate(body) === true;
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

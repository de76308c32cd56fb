import fc from "fast-check";
import { expect, it } from "vitest";
import type { HandheldAnswer, HandheldCredential } from "../../../src/core/lookup/handheld.ts";
import { apiKeyAuth, basicAuth } from "../../../src/lookup/auth/authorizers.ts";
import { issueCredentials } from "../../../src/lookup/auth/issue-credentials.ts";
import { createPermitLookupHandler } from "../../../src/lookup/handler.ts";
import { createT2FlexProvider } from "../../../src/vendors/t2-flex/index.ts";
import { createHandheld } from "../../../src/vendors/t2-flex/sandbox/sandbox.ts";
import { now } from "../../lookup/campus.ts";
import { answerNaively, type Question, type World } from "../../lookup/decide/naive-lookup.ts";
import { questions, worlds } from "../../lookup/decide/random-world.ts";
import { BUILT_IN_DIALECTS, type BuiltInDialect } from "../../support/built-in-dialects.ts";

// Three wires, one decision: the handhelds show the same, as far as their wires can express it. Each handheld reads with
// its own decoder, and the naive lookup computes the expected answer.

function openHandhelds(world: World, { companyId, allowed, graceMs, ocr }: Question) {
  const { username, password, stored } = issueCredentials({ companyId });
  const credential = allowed === undefined ? stored : { ...stored, locationIds: allowed };
  const credentials: Record<BuiltInDialect, HandheldCredential> = {
    offstreet: { scheme: "basic", username, password },
    iris: { scheme: "username-token", username, password, token: password },
    genetec: { scheme: "api-key", key: password },
  };
  const ask = async (
    dialect: BuiltInDialect,
    plate: string,
    locationId?: string,
  ): Promise<HandheldAnswer> => {
    const handler = createPermitLookupHandler({
      provider: createT2FlexProvider({ dialect: BUILT_IN_DIALECTS[dialect] }),
      authorize: [
        basicAuth({ find: (name) => (name === username ? credential : undefined) }),
        apiKeyAuth({ find: (hash) => (stored.hashes.includes(hash) ? credential : undefined) }),
      ],
      directory: {
        getCompany: (id) => world.companies.find((company) => company.id === id),
        listLocations: () => world.locations,
      },
      findPermits: () => world.permits,
      publicUrl: "https://lookup.test/base",
      graceMinutes: graceMs / 60_000,
      plateMatching: ocr ? "ocr" : "exact",
      clock: () => now,
    });
    const handheld = createHandheld({
      dialect,
      url: "https://lookup.test/base",
      credential: credentials[dialect],
      fetch: (input, init) => handler(new Request(input, init)),
    });
    return handheld.lookup({ plate, ...(locationId === undefined ? {} : { locationId }) });
  };
  return { ask };
}

const idOf = (answer: HandheldAnswer) => (answer.shows === "permit" ? answer.session.permitId : undefined);

it("the dialects agree with each other, and with the naive lookup", async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(worlds, questions, async (world, question) => {
      // A wire without a region or a place behaves as if none had been given.
      const anywhere = { ...question, region: undefined, place: undefined };
      const { status, reason, permits } = answerNaively(world, anywhere);
      const shows = { valid: "permit", none: "none", undetermined: "unavailable" }[status];
      const { ask } = openHandhelds(world, question);
      const offstreet = await ask("offstreet", question.number);
      const iris = await ask("iris", question.number);
      const genetec = await ask("genetec", question.number);
      seen.set(iris.shows, (seen.get(iris.shows) ?? 0) + 1);

      expect([offstreet.shows, genetec.shows]).toEqual([shows, shows]);
      expect([idOf(offstreet), idOf(genetec)]).toEqual([permits[0]?.id, permits[0]?.id]);
      if (iris.shows === "expired") expect(shows).toBe("none");
      else expect(iris.shows).toBe(shows);
      if (reason === "expired") expect(iris.shows).toBe("expired");
      if (iris.shows === "permit" && offstreet.shows === "permit") {
        const { plate, location, endDateTime } = offstreet.session;
        expect(iris.session).toMatchObject({ plate, location, endDateTime });
      }
      if (genetec.shows === "permit" && offstreet.shows === "permit") {
        const brief = (sessions: typeof offstreet.sessions) =>
          sessions
            .map((one) => `${one.permitId} ${one.plate} ${one.state} ${one.startDateTime} ${one.endDateTime}`)
            .toSorted();
        expect(brief(genetec.sessions)).toEqual(brief(offstreet.sessions));
      }
    }),
    { numRuns: 600 },
  );
  for (const shows of ["permit", "none", "expired", "unavailable"])
    expect(seen.get(shows) ?? 0, shows).toBeGreaterThan(10);
});

it("offstreet and genetec agree about a place, except an unknown one", {
  timeout: 300_000,
}, async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      worlds,
      questions,
      fc.constantFrom("a", "b", "c", "d", "A"),
      async (world, question, place) => {
        const { ask } = openHandhelds(world, question);
        const offstreet = await ask("offstreet", question.number, place);
        const genetec = await ask("genetec", question.number, place);
        const asked: Question = { ...question, region: undefined, place: { by: "location", value: place } };
        const { reason } = answerNaively(world, asked);
        seen.set(reason, (seen.get(reason) ?? 0) + 1);
        if (reason === "unknown_place")
          expect([offstreet.shows, genetec.shows]).toEqual(["unavailable", "none"]);
        else expect([genetec.shows, idOf(genetec)]).toEqual([offstreet.shows, idOf(offstreet)]);
      },
    ),
    { numRuns: 400 },
  );
  expect(seen.get("unknown_place")).toBeGreaterThan(10);
});

import { describe, expect, it } from "vitest";
import { EnforcementError } from "../../src/core/errors.ts";
import type { LookupAnswer, LookupDialect, LookupQuery } from "../../src/core/lookup/dialect.ts";
import type { HandheldCredential } from "../../src/core/lookup/handheld.ts";
import type { LookupReply, LookupRequest } from "../../src/core/lookup/lookup-message.ts";
import type { LookupProbe } from "../../src/core/lookup/lookup-probe.ts";
import type { MappingInput } from "../../src/core/mapping/mapping.ts";
import type { PullProvider } from "../../src/core/provider.ts";
import { createHandheld, type T2FlexHandheldDialect } from "../../src/sandbox/index.ts";
import {
  describePullProvider,
  type PullProviderUnderTest,
  type ShownAnswer,
} from "../../src/testing/index.ts";
import { iris } from "../../src/vendors/t2-flex/dialects/iris/index.ts";
import {
  createT2FlexProvider,
  genetecDialect,
  offstreetDialect,
  type T2FlexMappingInput,
} from "../../src/vendors/t2-flex/index.ts";
import { failureOf } from "../support/registrations.ts";

const isJsonError = ({ headers, body }: LookupReply) =>
  headers["content-type"]?.startsWith("application/json") === true &&
  typeof JSON.parse(body).error?.code === "string";
const isSoapFault = ({ headers, body }: LookupReply) =>
  headers["content-type"]?.startsWith("text/xml") === true &&
  /<soap:Body><soap:Fault>.*<errCode>\w+<\/errCode>.*<\/soap:Fault><\/soap:Body>/.test(body);

function createT2Flex(
  spoken: T2FlexHandheldDialect,
  dialect: LookupDialect,
  scheme: PullProviderUnderTest["scheme"] = "basic",
): PullProviderUnderTest {
  return {
    provider: createT2FlexProvider({ dialect }),
    scheme,
    createHandheld: (options) => createHandheld({ ...options, dialect: spoken }),
    toMappingOptions: (name) => ({ stations: [{ description: name }] }),
    isError: spoken === "iris" ? isSoapFault : isJsonError,
  };
}

const runner = { describe, it };

describePullProvider({
  name: "T2 Flex with offstreetDialect",
  runner,
  createProvider: () => createT2Flex("offstreet", offstreetDialect),
});
describePullProvider({
  name: "T2 Flex with offstreetDialect and bearer tokens",
  runner,
  createProvider: () => createT2Flex("offstreet", offstreetDialect, "bearer"),
});
describePullProvider({
  name: "T2 Flex with genetecDialect and API keys",
  runner,
  createProvider: () => createT2Flex("genetec", genetecDialect, "api-key"),
});
describePullProvider({
  name: "T2 Flex with iris",
  runner,
  createProvider: () => createT2Flex("iris", iris, "username-token"),
});

describe("the suite of pull providers", () => {
  /** Runs the suite over a provider and returns the names of the failing tests. */
  async function failedTests(createProvider: () => PullProviderUnderTest): Promise<string[]> {
    const tests: [string, () => Promise<void>][] = [];
    const collecting = {
      describe: (_: string, body: () => void) => body(),
      it: (name: string, body: () => Promise<void>) => tests.push([name, body]),
    };
    describePullProvider({ name: "Broken", runner: collecting, createProvider });
    const failed: string[] = [];
    for (const [name, body] of tests) await body().catch(() => failed.push(name));
    expect(tests.length).toBe(18);
    return failed;
  }

  const breakProvider =
    (change: (provider: PullProvider) => Partial<PullProvider>) => (): PullProviderUnderTest => {
      const bench = createT2Flex("offstreet", offstreetDialect);
      return { ...bench, provider: { ...bench.provider, ...change(bench.provider) } };
    };
  const breakDialect = (change: Partial<LookupDialect>) =>
    breakProvider(({ dialect }) => ({ dialect: { ...dialect, ...change } }));
  const breakHandheld = (change: (answer: ShownAnswer) => ShownAnswer) => (): PullProviderUnderTest => {
    const bench = createT2Flex("offstreet", offstreetDialect);
    const createOne: PullProviderUnderTest["createHandheld"] = (options) => {
      const handheld = bench.createHandheld(options);
      return { lookup: async (question) => change(await handheld.lookup(question)) };
    };
    return { ...bench, createHandheld: createOne };
  };
  const { parseQuery, renderAnswer, renderRefusal } = offstreetDialect;
  const parseOne = (request: LookupRequest) => parseQuery(request) as LookupQuery;
  const asMatches = (answer: LookupAnswer): LookupReply =>
    renderAnswer({ ...answer, matches: answer.ended === undefined ? answer.matches : [answer.ended] });

  it("passes a complete provider", async () => {
    expect(await failedTests(breakProvider(() => ({})))).toEqual([]);
  });

  it.each<[string, string, () => PullProviderUnderTest]>([
    [
      "names other capabilities than its dialect's",
      "says what it is and what it can do",
      breakProvider(() => ({ capabilities: { places: false } })),
    ],
    [
      "names media types in upper case",
      "says what it is and what it can do",
      breakDialect({ contentTypes: ["application/json", "Text/JSON"] }),
    ],
    [
      "has another probe than its dialect",
      "says what it is and what it can do",
      breakProvider(({ dialect }) => ({ dialect: { ...dialect, probe: iris.probe } })),
    ],
    [
      "claims a connection",
      "has no connection to check, and says so",
      breakProvider(() => ({ checkConnection: async () => ({ status: "connected", message: "It is." }) })),
    ],
    [
      "finds an issue in every mapping",
      "accepts a location whose name the vendor has to the letter",
      breakProvider((provider) => ({
        validateMapping: (input) => provider.validateMapping({ ...input, stations: [] } as MappingInput),
      })),
    ],
    [
      "compares names in lower case",
      "refuses a name that differs from the vendor's by one character, and names that character",
      breakProvider((provider) => ({
        validateMapping(input) {
          const { stations = [], ...rest } = (input ?? {}) as T2FlexMappingInput;
          const folded = stations.map(({ description }) => ({
            description: description.toLowerCase() === "lot 7 north" ? "Lot 7 North" : description,
          }));
          return provider.validateMapping({ ...rest, stations: folded } as MappingInput);
        },
      })),
    ],
    [
      "does not say where names differ",
      "refuses a name that differs from the vendor's by one character, and names that character",
      breakProvider((provider) => ({
        validateMapping(input) {
          const report = provider.validateMapping(input);
          return { ...report, issues: report.issues.map(({ difference, ...issue }) => issue) };
        },
      })),
    ],
    [
      "throws about a mapping that cannot be read",
      "returns a report for a mapping that cannot be read, and throws nothing",
      breakProvider((provider) => ({
        validateMapping: (input) => provider.validateMapping({ ...input, company: { ...input.company } }),
      })),
    ],
    [
      "shows no permit",
      "shows a permit in force, also one without an end and one that begins now",
      breakDialect({ renderAnswer: (answer) => renderAnswer({ ...answer, matches: [] }) }),
    ],
    [
      "shows a permit that has ended as a permit",
      "shows no permit that has ended, that ends now or that has not begun, and none for an unknown plate",
      breakDialect({ renderAnswer: asMatches }),
    ],
    [
      "drops the place of a request",
      "shows a permit at its own location only, where the vendor's requests name one",
      breakDialect({ parseQuery: (request) => ({ plate: parseOne(request).plate }) }),
    ],
    [
      "shows another company's permit",
      "shows the permits of the credential's company only",
      breakHandheld((answer) =>
        answer.shows === "none" ? { shows: "permit", sessions: [{ plate: "THE1RS" }] } : answer,
      ),
    ],
    [
      "takes a plate as it was typed",
      "finds a plate in every spelling that parsePlate reads as the same number",
      breakDialect({
        parseQuery(request) {
          const { plate, ...rest } = parseOne(request);
          return { ...rest, plate: /^[A-Z0-9]+$/.test(plate) ? plate : "UNKN0WN" };
        },
      }),
    ],
    [
      "reads the letter O as a zero",
      "shows no permit for a plate that differs by one character",
      breakDialect({
        parseQuery(request) {
          const { plate, ...rest } = parseOne(request);
          return { ...rest, plate: plate.replaceAll("O", "0") };
        },
      }),
    ],
    [
      "reads places in lower case",
      "shows no permit at a place that differs by one character, where the vendor's requests name one",
      breakDialect({
        parseQuery(request) {
          const { place, ...rest } = parseOne(request);
          const value = place?.value;
          if (place === undefined || typeof value !== "string") return rest;
          return { ...rest, place: { ...place, value: value.toLowerCase() } };
        },
      }),
    ],
    [
      "says that there is none where the answer is not known",
      "does not deny while the source of permits fails, and answers again after it",
      breakDialect({
        renderRefusal: (refusal) =>
          refusal.code === "undetermined"
            ? { status: 200, headers: { "content-type": "application/json" }, body: '{"sessions":[]}' }
            : renderRefusal(refusal),
      }),
    ],
    [
      "has a probe that reads every reply as a permit",
      "shows its probe what an officer sees, where it has a probe",
      breakProvider(({ dialect, probe }) => {
        const read = { ...probe, readReply: () => ({ shows: "permit" }) } as LookupProbe;
        return { probe: read, dialect: { ...dialect, probe: read } };
      }),
    ],
    [
      "answers a refused request with another status",
      "refuses a wrong, an unknown and a missing credential alike, and says nothing of permits",
      breakDialect({ renderRefusal: (refusal) => ({ ...renderRefusal(refusal), status: 403 }) }),
    ],
    [
      "tells a wrong password apart by naming who asked",
      "refuses a wrong, an unknown and a missing credential alike, and says nothing of permits",
      () => {
        const bench = createT2Flex("offstreet", offstreetDialect);
        let count = 0;
        const renderOne: LookupDialect["renderRefusal"] = (refusal) => {
          count += 1;
          return renderRefusal({ ...refusal, message: `${refusal.message} ${count}` });
        };
        return {
          ...bench,
          provider: createT2FlexProvider({ dialect: { ...offstreetDialect, renderRefusal: renderOne } }),
        };
      },
    ],
    [
      "ignores the credential that it is given",
      "accepts the old and the new credential during a rotation, and only the new one after it",
      () => {
        const bench = createT2Flex("offstreet", offstreetDialect);
        let first: HandheldCredential | undefined;
        return {
          ...bench,
          createHandheld(options) {
            first ??= options.credential;
            return bench.createHandheld({ ...options, credential: first });
          },
        };
      },
    ],
    [
      "answers what cannot be read in plain text",
      "answers a request that cannot be read in the vendor's own form of an error, with a status from 400 to 499",
      breakDialect({
        renderRefusal: ({ status }) => ({ status, headers: { "content-type": "text/plain" }, body: "No." }),
      }),
    ],
    [
      "answers what cannot be read with a server's fault",
      "answers a request that cannot be read in the vendor's own form of an error, with a status from 400 to 499",
      breakDialect({
        parseQuery(request) {
          JSON.parse(request.body);
          return parseQuery(request);
        },
      }),
    ],
    [
      "repeats a request that cannot be read",
      "shows no secret and no plate in what it throws about a request, and in the reply to it",
      breakDialect({
        parseQuery(request) {
          try {
            return parseQuery(request);
          } catch {
            throw new EnforcementError("invalid_input", `This cannot be read: ${request.body}`, {
              field: "body",
            });
          }
        },
      }),
    ],
    [
      "throws an error of its own",
      "shows no secret and no plate in what it throws about a request, and in the reply to it",
      breakDialect({
        parseQuery(request) {
          try {
            return parseQuery(request);
          } catch {
            throw new TypeError("It cannot be read.");
          }
        },
      }),
    ],
  ])("fails a provider that %s", async (_, title, createProvider) => {
    expect(await failedTests(createProvider)).toContain(title);
  });

  it.each<[string, object]>([
    ["describePullProvider options", { name: "Acme", runner, createProvider: breakProvider, extra: 1 }],
    ["name", { runner, createProvider: breakProvider }],
    ["runner", { name: "Acme", createProvider: breakProvider }],
    ["runner.it", { name: "Acme", runner: { describe }, createProvider: breakProvider }],
    ["createProvider", { name: "Acme", runner }],
  ])("names the option %s when it is missing or wrong", async (field, options) => {
    expect(await failureOf(() => describePullProvider(options as never))).toMatchObject({
      code: "invalid_input",
      field,
    });
  });

  it("closes the provider under test after each test, also after one that fails", async () => {
    let closed = 0;
    const createOne = breakDialect({ renderAnswer: asMatches });
    const failed = await failedTests(() => ({
      ...createOne(),
      close() {
        closed += 1;
      },
    }));
    expect(failed.length).toBeGreaterThan(0);
    expect(closed).toBe(18);
  });
});

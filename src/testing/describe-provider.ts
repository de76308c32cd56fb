import { fieldError, readRecord, readText } from "../core/fields.ts";
import type { MaybePromise } from "../core/maybe-promise.ts";
import { CONFORMANCE_TESTS } from "./conformance-tests.ts";
import { type ProviderUnderTest, toBench } from "./provider-under-test.ts";

/** The two functions that the suite needs of a test runner: those of node:test, Vitest, Jest or Mocha will do. */
export interface ConformanceRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void>) => unknown;
}

/** Options of {@link describeProvider}. */
export interface ProviderConformanceOptions {
  /** Stands before the name of each test. */
  readonly name: string;
  readonly runner: ConformanceRunner;
  /** Makes the provider and a new, empty vendor for each test. All that it makes have the same provider id. */
  readonly createProvider: () => MaybePromise<ProviderUnderTest>;
}

/**
 * The tests that every push provider passes: identity, receipts, ends, order and accounting of the …Many calls,
 * aborts, bad input, and silence about secrets and plates. It registers the tests with the runner that it is given
 * and fails them by throwing.
 *
 * @example
 * import { describe, it } from "node:test";
 *
 * describeProvider({
 *   name: "Acme",
 *   runner: { describe, it },
 *   createProvider: () => ({ provider: createAcmeProvider(options), registration, secrets: ["acme-token"] }),
 * });
 *
 * @throws EnforcementError `invalid_input` naming the option that is missing or wrong
 */
export function describeProvider(options: ProviderConformanceOptions): void {
  const { name, runner, createProvider } = readConformanceOptions(options, "describeProvider");
  runner.describe(`${name} is a push provider`, () => {
    for (const [title, body] of CONFORMANCE_TESTS) {
      runner.it(title, async () => {
        const bench = toBench(await createProvider());
        try {
          await body(bench, async () => toBench(await createProvider()));
        } finally {
          await bench.close?.();
        }
      });
    }
  });
}

/** Checks the options of a conformance suite. @throws EnforcementError `invalid_input` naming the option */
export function readConformanceOptions<Options extends Pick<ProviderConformanceOptions, "name" | "runner">>(
  options: Options,
  suite: string,
): Options {
  const given = readRecord(options, `${suite} options`, ["name", "runner", "createProvider"]);
  readText(given["name"], "name");
  if (typeof given["createProvider"] !== "function")
    throw fieldError("createProvider", "must be a function.");
  const runner = readRecord(given["runner"], "runner", ["describe", "it"]);
  for (const key of ["describe", "it"]) {
    if (typeof runner[key] !== "function") throw fieldError(`runner.${key}`, "must be a function.");
  }
  return options;
}

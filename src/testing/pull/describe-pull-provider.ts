import type { MaybePromise } from "../../core/maybe-promise.ts";
import { type ConformanceRunner, readConformanceOptions } from "../describe-provider.ts";
import { ANSWERS } from "./answer-tests.ts";
import { createCampus } from "./campus.ts";
import { DESCRIPTION } from "./description-tests.ts";
import type { PullProviderUnderTest } from "./pull-provider-under-test.ts";
import { REQUESTS } from "./request-tests.ts";

/** Options of {@link describePullProvider}. */
export interface PullProviderConformanceOptions {
  /** Stands before the name of each test. */
  readonly name: string;
  readonly runner: ConformanceRunner;
  /** Creates the provider for each test. The suite creates the host, its permits and its credentials. */
  readonly createProvider: () => MaybePromise<PullProviderUnderTest>;
}

/**
 * The tests that every pull provider passes: what an officer sees for a permit in force, for one that is over or has not
 * begun, at another location, with another company's credential and in other spellings of a plate; refused and rotated
 * credentials; requests that cannot be read; names that almost equal the vendor's; and silence about secrets and plates. It
 * registers the tests with the runner that it is given, and a test fails by throwing.
 *
 * Each test serves the provider with `createPermitLookupHandler` and calls it through the vendor's side that `createHandheld`
 * sets up. No request leaves the process.
 *
 * @example
 * import { describe, it } from "node:test";
 *
 * describePullProvider({
 *   name: "Acme",
 *   runner: { describe, it },
 *   createProvider: () => ({
 *     provider: createAcmeProvider(),
 *     createHandheld: createAcmeHandheld,
 *     toMappingOptions: (name) => ({ places: [{ name }] }),
 *     isError: ({ body }) => "error" in JSON.parse(body),
 *   }),
 * });
 *
 * @throws EnforcementError `invalid_input` naming the option that is missing or wrong
 */
export function describePullProvider(options: PullProviderConformanceOptions): void {
  const { name, runner, createProvider } = readConformanceOptions(options, "describePullProvider");
  runner.describe(`${name} is a pull provider`, () => {
    for (const [title, body] of [...DESCRIPTION, ...ANSWERS, ...REQUESTS]) {
      runner.it(title, async () => {
        const bench = await createProvider();
        try {
          await body(bench, createCampus(bench));
        } finally {
          await bench.close?.();
        }
      });
    }
  });
}

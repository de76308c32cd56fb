import { describe, expect, it } from "vitest";
import type { PushProvider, RegistrationPage } from "../../src/core/provider.ts";
import type { Receipt } from "../../src/core/registration/registration.ts";
import { describeProvider, type ProviderUnderTest } from "../../src/testing/index.ts";
import { failureOf, sampleRegistration } from "../support/registrations.ts";
import {
  connectDirectly as connectHotSpot,
  registration as hotSpotRegistration,
} from "../vendors/hotspot/provider-bench.ts";
import { connectDirectly as connectPassport } from "../vendors/passport/provider-bench.ts";

function createPassport(): ProviderUnderTest {
  const { provider, sandbox } = connectPassport();
  return {
    provider,
    registration: sampleRegistration(),
    secrets: [sandbox.clientSecret],
    findRights: (at) =>
      sandbox.findSessions({ at }).map(({ plate, zoneId }) => ({ plateNumber: plate, target: zoneId })),
  };
}

function createPassportOfExternalZones(): ProviderUnderTest {
  const { provider, sandbox } = connectPassport({ provider: { zoneIds: "external" } });
  return {
    provider,
    registration: sampleRegistration({ target: "lot-1" }),
    secrets: [sandbox.clientSecret],
    findRights: (at) =>
      sandbox
        .findSessions({ at })
        .map(({ plate, externalZoneId = "" }) => ({ plateNumber: plate, target: externalZoneId })),
  };
}

function createHotSpot(): ProviderUnderTest {
  const tokens = { token: "hotspot-token", companyToken: "hotspot-company-token" };
  const { provider, sandbox } = connectHotSpot({ sandbox: tokens, provider: tokens });
  return {
    provider,
    registration: hotSpotRegistration(),
    secrets: Object.values(tokens),
    findRights: (at) =>
      sandbox.findPermits({ at }).map(({ plate, spotId }) => ({ plateNumber: plate, target: spotId })),
  };
}

const runner = { describe, it };
let generation = 0;
const nextGeneration = () => {
  generation += 1;
  return generation;
};

describeProvider({ name: "Passport", runner, createProvider: createPassport });
describeProvider({
  name: "Passport with external zones",
  runner,
  createProvider: createPassportOfExternalZones,
});
describeProvider({ name: "HotSpot", runner, createProvider: createHotSpot });

describe("the suite", () => {
  /** Runs the suite over a provider and returns the names of the failing tests. */
  async function failedTests(createProvider: () => ProviderUnderTest): Promise<string[]> {
    const tests: [string, () => Promise<void>][] = [];
    const collecting = {
      describe: (_: string, body: () => void) => body(),
      it: (name: string, body: () => Promise<void>) => tests.push([name, body]),
    };
    describeProvider({ name: "Broken", runner: collecting, createProvider });
    const failed: string[] = [];
    for (const [name, body] of tests) await body().catch(() => failed.push(name));
    expect(tests.length).toBeGreaterThan(15);
    return failed;
  }

  const breakProvider =
    (change: (provider: PushProvider) => Partial<PushProvider>) => (): ProviderUnderTest => {
      const bench = createHotSpot();
      return { ...bench, provider: { ...bench.provider, ...change(bench.provider) } };
    };

  it("passes a complete provider", async () => {
    expect(await failedTests(breakProvider(() => ({})))).toEqual([]);
  });

  it.each<[string, (page: RegistrationPage) => RegistrationPage | undefined]>([
    ["leaves rights out", (page) => ({ ...page, registrations: page.registrations.slice(1) })],
    ["never says that it is the end", (page) => ({ ...page, end: "more" })],
    ["returns no page", () => undefined],
    [
      "names rights otherwise than their receipts",
      (page) => ({
        ...page,
        registrations: page.registrations.map((entry) => ({ ...entry, reference: `V-${entry.reference}` })),
      }),
    ],
  ])("fails a provider whose list %s", async (_, change) => {
    const createProvider = (): ProviderUnderTest => {
      const bench = createPassport();
      const { provider } = bench;
      async function* listRegistrations(query: { target: string }) {
        for await (const page of provider.listRegistrations?.(query) ?? []) {
          const changed = change(page);
          if (changed !== undefined) yield changed;
        }
      }
      const { capabilities } = provider;
      return { ...bench, provider: { ...provider, capabilities, listRegistrations } };
    };
    expect(await failedTests(createProvider)).toEqual([
      "lists at a target what it registered there, where it can list",
    ]);
  });

  it.each<[string, string, (provider: PushProvider) => Partial<PushProvider>]>([
    [
      "makes a new right each time",
      "creates nothing twice when a registration is repeated with the same instant",
      (provider) => ({
        register: (registration, options) =>
          provider.register({ ...registration, generation: nextGeneration() }, options),
      }),
    ],
    [
      "forgets the generation",
      "makes another right of another permit, plate, start or generation",
      (provider) => ({
        register: (registration, options) => provider.register({ ...registration, generation: 0 }, options),
      }),
    ],
    [
      "returns a receipt that is not JSON",
      "registers a right, and leaves a receipt of plain JSON that names it",
      (provider) => ({
        register: async (registration, options) =>
          ({
            ...(await provider.register(registration, options)),
            coveredUntil: new Date(),
          }) as unknown as Receipt,
      }),
    ],
    ["does not cancel", "cancels through a stored receipt, also twice", () => ({ cancel: async () => {} })],
    [
      "finds rights by another reference than ours, and says otherwise",
      "cancels by our reference alone, where it says that it can",
      (provider) => ({
        register: (registration, options) =>
          provider.register({ ...registration, generation: nextGeneration() }, options),
      }),
    ],
    [
      "has an ownReferences that is not a boolean",
      "says what it is and what it can do",
      (provider) => ({ capabilities: { ...provider.capabilities, ownReferences: 1 as never } }),
    ],
    [
      "does not amend",
      "amends the end through a stored receipt, and nothing else",
      () => ({ amend: async (receipt) => receipt }),
    ],
    [
      "returns its outcomes in another order",
      "gives every input of a …Many call its outcome, in order",
      (provider) => ({
        registerMany: async (...inputs) => (await provider.registerMany(...inputs)).reverse(),
      }),
    ],
    [
      "leaves an outcome out",
      "does nothing under a signal that is aborted already",
      (provider) => ({
        registerMany: async (...inputs) => (await provider.registerMany(...inputs)).slice(1),
      }),
    ],
    [
      "takes any option",
      "refuses options that it does not know, and values that are none",
      (provider) => ({ register: (registration) => provider.register(registration) }),
    ],
    [
      "prints its secret",
      "shows no secret and no plate when it, a receipt's failure or another failure is printed",
      () => ({ token: "hotspot-token" }) as Partial<PushProvider>,
    ],
    [
      "claims what it cannot do",
      "says what it is and what it can do",
      (provider) => ({ capabilities: { ...provider.capabilities, find: true } }),
    ],
  ])("fails a provider that %s", async (_, title, change) => {
    expect(await failedTests(breakProvider(change))).toContain(title);
  });

  it.each<[string, object]>([
    ["describeProvider options", { name: "Acme", runner, createProvider: createHotSpot, extra: 1 }],
    ["name", { runner, createProvider: createHotSpot }],
    ["runner", { name: "Acme", createProvider: createHotSpot }],
    ["runner.it", { name: "Acme", runner: { describe }, createProvider: createHotSpot }],
    ["createProvider", { name: "Acme", runner }],
  ])("names the option %s when it is missing or wrong", async (field, options) => {
    expect(await failureOf(() => describeProvider(options as never))).toMatchObject({
      code: "invalid_input",
      field,
    });
  });
});

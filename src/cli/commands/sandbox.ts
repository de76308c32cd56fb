import { once } from "node:events";
import type { Location } from "../../core/directory/directory.ts";
import { isUuid } from "../../core/fields.ts";
import type { Zone } from "../../core/provider.ts";
import { createSandbox, type PassportSandboxZoneInput } from "../../sandbox/index.ts";
import type { HotSpotSpot } from "../../vendors/hotspot/mapping.ts";
import type { Command } from "../command.ts";
import { BIN } from "../help.ts";
import type { MappedProvider } from "../input/mapped-providers.ts";
import { showInstant } from "../report/words.ts";
import { UnusableInput } from "../unusable-input.ts";
import { MAPPING_FLAGS, printWarnings, readMappingInputs } from "./mapping-flags.ts";

/** Serves the sandboxes of the vendors that are pushed to, until it is stopped. */
export const sandboxCommand: Command = {
  name: "sandbox",
  summary: "serve the vendors' sandboxes on this machine, to try everything out",
  usage: "[mapping.yaml|.json|.csv]",
  notes: [
    "With a mapping file, the sandboxes have its zones and SpotIDs; without their lists, those that locations point to.",
    "They are our reading of the vendors, not the vendors. Nothing leaves this machine. Stop with Ctrl+C.",
    "What only our reading would refuse is carried out, with a warning here. --strict refuses it.",
  ],
  flags: {
    ...MAPPING_FLAGS,
    strict: { type: "boolean", help: "Refuse what a vendor may well accept, instead of warning of it." },
    json: { type: "boolean", help: "Print addresses and credentials as one line of JSON." },
  },
  examples: [
    { run: "sandbox", does: "empty sandboxes" },
    { run: "sandbox mapping.yaml", does: "with the zones and SpotIDs of a mapping file" },
  ],
  async run(flags, terminal) {
    const [file] = flags.operands;
    if (flags.operands.length > 1) throw new UnusableInput("Name one mapping file, or none.");
    const inputs = file === undefined ? undefined : readMappingInputs(file, flags);
    if (inputs !== undefined) printWarnings(inputs, terminal);
    const locations = inputs?.mapping.locations.map(({ location }) => location) ?? [];
    const ofVendor = (vendor: string) => inputs?.providers.find(({ commands }) => commands.vendor === vendor);
    const operatorId = ofVendor("passport")?.facts.settings["operatorId"];
    const warned = new Set<string>();
    const sandbox = createSandbox({
      strict: flags.isSet("strict"),
      onWarning(warning) {
        // Once is enough: a client repeats its habits with every request.
        if (!warned.has(warning)) terminal.printError(`warning: ${warning}\n`);
        warned.add(warning);
      },
      passport: {
        zones: listZones(ofVendor("passport"), locations),
        ...(typeof operatorId === "string" ? { operatorId } : {}),
      },
      hotspot: {
        spotIds: listSpotIds(ofVendor("hotspot"), locations),
        ...(ofVendor("hotspot")?.facts.settings["companyToken"] === true
          ? { companyToken: crypto.randomUUID() }
          : {}),
      },
    });
    const { token, companyToken } = sandbox.hotspot;
    const server = await sandbox.listen();
    const settings = {
      passport: {
        baseUrl: server.passportUrl,
        operatorId: sandbox.passport.operatorId,
        environment: {
          PASSPORT_CLIENT_ID: sandbox.passport.clientId,
          PASSPORT_CLIENT_SECRET: sandbox.passport.clientSecret,
        },
      },
      hotspot: {
        baseUrl: server.hotspotUrl,
        environment: {
          HOTSPOT_TOKEN: token,
          ...(companyToken === undefined ? {} : { HOTSPOT_COMPANY_TOKEN: companyToken }),
        },
      },
    };
    terminal.print(flags.isSet("json") ? `${JSON.stringify(settings)}\n` : describe(settings, file));
    if (!terminal.signal.aborted) await once(terminal.signal, "abort");
    await server.close();
    if (!flags.isSet("json")) terminal.print(`stopped at ${showInstant(terminal.clock())}\n`);
    return 0;
  },
};

interface SandboxSettings {
  readonly passport: { baseUrl: string; operatorId: string; environment: Readonly<Record<string, string>> };
  readonly hotspot: { baseUrl: string; environment: Readonly<Record<string, string>> };
}

function describe({ passport, hotspot }: SandboxSettings, file: string | undefined): string {
  const variables = Object.entries({ ...passport.environment, ...hotspot.environment });
  const name = file ?? "mapping.yaml";
  return `The sandboxes are running.

Put this into the mapping file, under vendors:
  passport:
    baseUrl: ${passport.baseUrl}
    operatorId: ${passport.operatorId}
  hotspot:
    baseUrl: ${hotspot.baseUrl}

In another terminal:
${variables.map(([key, value]) => `  export ${key}=${value}`).join("\n")}
  ${BIN} readiness ${name}
  ${BIN} test-plate ${name} --all

T2 Flex asks you instead; be its handheld with: ${BIN} lookup <url> --plate <plate>
Stop with Ctrl+C.
`;
}

function listZones(
  provider: MappedProvider | undefined,
  locations: readonly Location[],
): PassportSandboxZoneInput[] {
  if (provider === undefined) return [];
  const listed = provider.facts.list?.entries.map(({ value }) => value as Zone);
  if (listed !== undefined) {
    return listed.map(({ id, number, name }, index) => ({
      ...{ id: id.toLowerCase(), number: number ?? `${index + 1}`, name },
    }));
  }
  const isExternal = provider.facts.settings["zoneIds"] === "external";
  return targetsOf(provider, locations).map(({ target, name }, index) => {
    const number = `${index + 1}`;
    if (isExternal) return { externalId: target, number, name };
    if (isUuid(target)) return { id: target.toLowerCase(), number, name };
    return /^\d+$/.test(target) ? { number: target, name } : { number, name: target };
  });
}

function listSpotIds(provider: MappedProvider | undefined, locations: readonly Location[]): string[] {
  if (provider === undefined) return [];
  const listed = provider.facts.list?.entries.map(({ value }) => value as string | HotSpotSpot);
  const spotIds =
    listed?.map((spot) => (typeof spot === "string" ? spot : spot.spotId)) ??
    targetsOf(provider, locations).map(({ target }) => target);
  return [...new Set(spotIds)];
}

/** Where the provider's locations point to, each once, with the name of the first location. */
function targetsOf({ providerId }: MappedProvider, locations: readonly Location[]) {
  const names = new Map<string, string>();
  for (const { name, providers } of locations) {
    const target = providers[providerId]?.target;
    if (target !== undefined && !names.has(target)) names.set(target, name);
  }
  return [...names].map(([target, name]) => ({ target, name }));
}

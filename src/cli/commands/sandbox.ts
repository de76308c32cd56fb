import { once } from "node:events";
import type { Location } from "../../core/directory/directory.ts";
import type { PushVendor, VendorSandbox } from "../../core/vendor/vendor-descriptor.ts";
import { createSandbox, type SandboxOptions, type ServedVendorName } from "../../sandbox/index.ts";
import type { Command, Screen } from "../command.ts";
import { BIN } from "../help.ts";
import type { MappedProvider } from "../input/mapped-providers.ts";
import { enumerate, showInstant } from "../report/words.ts";
import { printWarning } from "../terminal/messages.ts";
import { wrap } from "../terminal/wrap.ts";
import { UnusableInput } from "../unusable-input.ts";
import { KNOWN_VENDORS, NO_FACTS, toVendorFacts } from "../vendors/known-vendors.ts";
import { MAPPING_FLAGS, type MappingInputs, printWarnings, readMappingInputs } from "./mapping-flags.ts";

/** Serves the sandboxes of the vendors that are pushed to, until it is stopped. */
export const sandboxCommand: Command = {
  name: "sandbox",
  summary: "serve the vendors' sandboxes on this machine, to try things out",
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
    const warned = new Set<string>();
    const sandbox = createSandbox({
      ...toSandboxOptions(inputs),
      strict: flags.isSet("strict"),
      onWarning(warning) {
        // Once is enough: a client repeats its habits with every request.
        if (!warned.has(warning)) printWarning(terminal, warning);
        warned.add(warning);
      },
    });
    const server = await sandbox.listen();
    const settings = Object.fromEntries(
      SERVED_VENDORS.map((vendor): [string, SandboxSettings] => {
        const name = vendor.name as ServedVendorName;
        return [name, describeConnection(vendor, sandbox[name], server[`${name}Url`])];
      }),
    );
    terminal.print(
      flags.isSet("json")
        ? `${JSON.stringify(toJson(settings))}\n`
        : describe(settings, { file, screen: terminal.output }),
    );
    if (!terminal.signal.aborted) await once(terminal.signal, "abort");
    await server.close();
    if (!flags.isSet("json")) terminal.print(`stopped at ${showInstant(terminal.clock())}\n`);
    return 0;
  },
};

const SERVED_VENDORS = KNOWN_VENDORS.filter((vendor): vendor is PushVendor => vendor.delivery === "push");

/** What goes into a vendor's section of the mapping file, and into the environment. */
interface SandboxSettings {
  readonly section: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

/** What each sandbox has: what the mapping file says of its vendor, and where the locations point to. */
function toSandboxOptions(inputs: MappingInputs | undefined): SandboxOptions {
  const locations = inputs?.mapping.locations.map(({ location }) => location) ?? [];
  return Object.fromEntries(
    SERVED_VENDORS.map((vendor) => {
      const provider = inputs?.providers.find((one) => one.vendor.name === vendor.name);
      const targets = provider === undefined ? [] : targetsOf(provider, locations);
      const facts = toVendorFacts(provider?.facts ?? NO_FACTS);
      return [vendor.name, vendor.sandbox.toOptions({ ...facts, targets })];
    }),
  );
}

function describeConnection(vendor: PushVendor, sandbox: VendorSandbox, baseUrl: string): SandboxSettings {
  const { settings, credentials } = vendor.sandbox.toConnection(sandbox);
  const variables = vendor.credentials.flatMap(({ key, variable }): [string, string][] => {
    const value = credentials[key];
    return value === undefined ? [] : [[variable, value]];
  });
  return { section: { baseUrl, ...settings }, environment: Object.fromEntries(variables) };
}

function toJson(settings: Readonly<Record<string, SandboxSettings>>): unknown {
  return Object.fromEntries(
    Object.entries(settings).map(([name, { section, environment }]) => [name, { ...section, environment }]),
  );
}

/** What goes into a file or a terminal is not broken: it is there to be copied. */
function describe(
  settings: Readonly<Record<string, SandboxSettings>>,
  { file, screen }: { file: string | undefined; screen: Screen },
): string {
  const sections = Object.entries(settings).map(([name, { section }]) => {
    const lines = Object.entries(section).map(([key, value]) => `    ${key}: ${value}\n`);
    return `  ${name}:\n${lines.join("")}`;
  });
  const variables = Object.values(settings).flatMap(({ environment }) => Object.entries(environment));
  const name = file ?? "mapping.yaml";
  const asking = KNOWN_VENDORS.filter(({ delivery }) => delivery === "pull").map(({ setup }) => setup.title);
  return `The sandboxes are running.

${wrap("Put this into the mapping file, under vendors:", screen)}
${sections.join("")}
In another terminal:
${variables.map(([key, value]) => `  export ${key}=${value}`).join("\n")}
  ${BIN} readiness ${name}
  ${BIN} test-plate ${name} --all

${wrap(`${enumerate(asking)} ${asking.length === 1 ? "asks" : "ask"} you instead. Be its handheld with:`, screen)}
  ${BIN} lookup <url> --plate <plate>
Stop with Ctrl+C.
`;
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

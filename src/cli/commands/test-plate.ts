import { type Directory, memoryDirectory } from "../../core/directory.ts";
import { isEnforcementError } from "../../core/errors.ts";
import type { EvidenceStore } from "../../setup/evidence.ts";
import { fileEvidence } from "../../setup/file-evidence.ts";
import { runTestPlate } from "../../setup/run-test-plate.ts";
import { sweepTestPlates } from "../../setup/sweep-test-plates.ts";
import type { SweptTestPlate, TestPlateResult } from "../../setup/test-plate.ts";
import type { Command, ParsedFlags, Terminal } from "../command.ts";
import { type ConnectedProvider, connectProviders } from "../connect.ts";
import { onlyOperand } from "../flags.ts";
import type { MappingFile } from "../input/mapping-file.ts";
import { prepareDelivery, REPORT_FLAGS } from "../report/deliver.ts";
import { type TestPlateRun, toTestPlateJson, toTestPlateReport } from "../report/test-plate-report.ts";
import { UnusableInput } from "../unusable-input.ts";
import { inputFiles, MAPPING_FLAGS, readMappingInputs } from "./mapping-flags.ts";
import { evidenceFile, readLookupEndpoint, SETUP_FLAGS } from "./setup-flags.ts";
import { askForSight, ignoreIds, promptedPermits } from "./test-plate-prompts.ts";

/** Performs the go-live test: the test plate is put at a location, looked for, and taken back. */
export const testPlateCommand: Command = {
  name: "test-plate",
  summary: "perform the go-live test with plate TEST123 at one location after the other",
  usage: "<mapping.yaml|.json|.csv> --location <id> | --all | --sweep",
  notes: [
    "Exit code 0: seen everywhere, and gone again. 1: not. 2: unusable input.",
    "Where the vendor cannot be read back, you are asked whether you see the plate.",
    "Every run is recorded before anything is sent. After a run that was killed, --sweep takes back what it left.",
  ],
  flags: {
    location: { type: "string", multiple: true, value: "id", help: "A location to test. May be repeated." },
    all: { type: "boolean", help: "All locations that the provider is switched on for." },
    sweep: { type: "boolean", help: "First take back the test plates that earlier runs left." },
    minutes: {
      type: "string",
      value: "number",
      help: "After how long the test right ends by itself. Default: 60.",
    },
    ...MAPPING_FLAGS,
    ...SETUP_FLAGS,
    ...REPORT_FLAGS,
  },
  examples: [
    { run: "test-plate mapping.yaml --vendor passport --location lot-101", does: "one location" },
    {
      run: "test-plate mapping.yaml --all --out test-plates.html",
      does: "everything, with a page for the file",
    },
    { run: "test-plate mapping.yaml --sweep", does: "clean up after a run that was killed" },
  ],
  async run(flags, terminal) {
    const file = onlyOperand(flags, "mapping file");
    const record = evidenceFile(file, flags);
    const delivery = prepareDelivery(flags, terminal, [...inputFiles(flags), record]);
    const { mapping, providers } = readMappingInputs(file, flags);
    const connected = connectProviders(providers, { flags, terminal });
    requireConnection(connected);
    const targets = chooseLocations(mapping, connected, flags);
    const evidence = fileEvidence(record);
    const run = { mapping, evidence, flags, terminal };
    const swept = flags.isSet("sweep") ? await sweep(connected, run) : [];
    const runs: TestPlateRun[] = [];
    for (const { one, locationId } of targets) {
      if (terminal.signal.aborted) break;
      runs.push({ providerId: one.providerId, locationId, ...(await testLocation(one, locationId, run)) });
    }
    const context = { mapping, record, checkedAt: terminal.clock(), providers: connected };
    const isComplete = runs.length === targets.length;
    delivery.deliver(toTestPlateReport({ runs, swept }, context), toTestPlateJson({ runs, swept }, context));
    return isComplete && runs.every(isGood) && swept.every(({ end }) => end !== "left") ? 0 : 1;
  },
};

interface RunContext {
  readonly mapping: MappingFile;
  readonly evidence: EvidenceStore;
  readonly flags: ParsedFlags;
  readonly terminal: Terminal;
}

async function testLocation(
  one: ConnectedProvider,
  locationId: string,
  { mapping, evidence, flags, terminal }: RunContext,
): Promise<{ result: TestPlateResult } | { problem: string }> {
  const { provider } = one;
  const options = {
    ...{ directory: toDirectory(mapping), companyId: mapping.company.id, locationId, evidence },
    ...{ minutes: readMinutes(flags), signal: terminal.signal, clock: terminal.clock },
  };
  try {
    if (provider.delivery === "push") {
      return { result: await runTestPlate({ ...options, provider, confirm: askForSight(terminal) }) };
    }
    const lookup = readLookupEndpoint(one, { flags, terminal });
    if (lookup === undefined) {
      return {
        problem:
          "Say where our lookup is (endpoint in the mapping file, or --endpoint) and put its password into LOOKUP_PASSWORD.",
      };
    }
    const probe = provider.probe === undefined ? {} : { probe: ignoreIds(provider.probe) };
    const permits = promptedPermits(terminal);
    // A person acts between the steps.
    return {
      result: await runTestPlate({
        ...options,
        provider,
        permits,
        lookup: { ...lookup, ...probe },
        deadlineMs: 15 * 60_000,
      }),
    };
  } catch (error) {
    if (!isEnforcementError(error)) throw error;
    return { problem: error.message };
  }
}

async function sweep(
  connected: readonly ConnectedProvider[],
  { evidence, terminal }: RunContext,
): Promise<readonly SweptTestPlate[]> {
  const permits = promptedPermits(terminal, await evidence.list());
  return await sweepTestPlates({
    ...{ providers: connected.map(({ provider }) => provider), evidence, permits },
    ...{ signal: terminal.signal, clock: terminal.clock, deadlineMs: 15 * 60_000 },
  });
}

function isGood(run: TestPlateRun): boolean {
  return "result" in run && run.result.seen && run.result.cancelled && run.result.gone !== false;
}

function toDirectory({ company, locations }: MappingFile): Directory {
  return memoryDirectory({ companies: [company], locations: locations.map(({ location }) => location) });
}

function requireConnection(connected: readonly ConnectedProvider[]): void {
  const missing = connected.flatMap(({ missing }) => missing);
  if (missing.length > 0) throw new UnusableInput(missing.map((what) => ({ message: `missing: ${what}` })));
}

function chooseLocations(mapping: MappingFile, connected: readonly ConnectedProvider[], flags: ParsedFlags) {
  const wanted = flags.texts("location");
  if (wanted.length > 0 && flags.isSet("all")) throw new UnusableInput("Give --location or --all, not both.");
  if (wanted.length === 0 && !flags.isSet("all")) {
    if (flags.isSet("sweep")) return [];
    throw new UnusableInput("Say where: --location with a location's id, or --all.");
  }
  const known = mapping.locations.map(({ location }) => location);
  const unknown = wanted.filter((id) => !known.some((location) => location.id === id));
  if (unknown.length > 0) throw new UnusableInput(`The mapping file has no location ${unknown.join(", ")}.`);
  const targets = connected.flatMap((one) =>
    known
      .filter(
        ({ id, providers }) =>
          providers[one.providerId]?.enabled === true && (wanted.length === 0 || wanted.includes(id)),
      )
      .map(({ id }) => ({ one, locationId: id })),
  );
  if (targets.length === 0) throw new UnusableInput("No provider is switched on for these locations.");
  return targets;
}

function readMinutes(flags: ParsedFlags): number {
  const minutes = Number(flags.text("minutes") ?? 60);
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= 1_440) return minutes;
  throw new UnusableInput("--minutes must be a whole number from 1 to 1440.");
}

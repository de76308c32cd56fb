import { memoryDirectory } from "../../core/directory/directory.ts";
import { isEnforcementError } from "../../core/errors.ts";
import type { EvidenceStore, TestPlateEvidence } from "../../setup/evidence/evidence.ts";
import { fileEvidence } from "../../setup/evidence/file-evidence.ts";
import { runTestPlate } from "../../setup/test-plate/run-test-plate.ts";
import { sweepTestPlates } from "../../setup/test-plate/sweep-test-plates.ts";
import type { SweptTestPlate, TestPlateResult } from "../../setup/test-plate/test-plate.ts";
import { type Command, describeCancel, type ParsedFlags, type Terminal } from "../command.ts";
import { type ConnectedProvider, connectProviders } from "../connect.ts";
import { onlyOperand } from "../flags.ts";
import type { MappingFile } from "../input/mapping-file.ts";
import { prepareDelivery, REPORT_FLAGS } from "../report/deliver.ts";
import {
  isAllPassed,
  type TestPlateRun,
  toTestPlateJson,
  toTestPlateReport,
} from "../report/test-plate-report.ts";
import { toVisible } from "../report/visible.ts";
import { printMessage } from "../terminal/messages.ts";
import { UnusableInput } from "../unusable-input.ts";
import { MAPPING_FLAGS, printWarnings, readMappingInputs } from "./mapping-flags.ts";
import { evidenceFile, readLookupEndpoint, SETUP_FLAGS } from "./setup-flags.ts";
import {
  askForSight,
  createQuestions,
  describeCleanUp,
  ignoreIds,
  promptedPermits,
  WITHOUT_TERMINAL,
} from "./test-plate-prompts.ts";

/** Performs the go-live test: the test plate is put at a location, looked for, and withdrawn. */
export const testPlateCommand: Command = {
  name: "test-plate",
  summary: "perform the go-live test with plate TEST123, location by location",
  usage: "<mapping.yaml|.json|.csv> --location <id> | --all | --sweep",
  notes: [
    "Exit code 0: seen everywhere, and gone again. 1: not, also when you cancel it or a question gets no answer.",
    "2: unusable input, or no terminal to ask at where a person must answer; nothing was sent then.",
    "Where the vendor cannot be read back, you are asked whether you see the plate.",
    "Ctrl+C withdraws the plate before the command ends.",
    "Every run is recorded before anything is sent. After a run that was killed, --sweep withdraws what it left.",
  ],
  flags: {
    location: { type: "string", multiple: true, value: "id", help: "A location to test. May be repeated." },
    all: { type: "boolean", help: "All locations that the provider is switched on for." },
    sweep: { type: "boolean", help: "First withdraw the test plates that earlier runs left." },
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
    const delivery = prepareDelivery(flags, terminal, [...flags.inputs, record]);
    const inputs = readMappingInputs(file, flags);
    printWarnings(inputs, terminal);
    const { mapping, providers } = inputs;
    const connected = connectProviders(providers, { flags, terminal });
    requireConnection(connected);
    const targets = chooseLocations(mapping, connected, flags);
    requireAnswers(targets, terminal);
    const evidence = fileEvidence(record);
    const context: RunContext = { mapping, evidence, flags, terminal };
    const onCancel = () => {
      terminal.printError("\n");
      printMessage(terminal, CANCELLING, "attention");
    };
    terminal.signal.addEventListener("abort", onCancel, { once: true });
    const swept = flags.isSet("sweep") ? await sweep(connected, context) : [];
    const runs: TestPlateRun[] = [];
    for (const [index, { one, locationId }] of targets.entries()) {
      const entry = { providerId: one.providerId, locationId };
      const place = toVisible(`${locationId} at ${one.vendor.setup.title}`);
      const showProgress = () =>
        terminal.showProgress(`Testing ${place}, location ${index + 1} of ${targets.length}…`);
      if (terminal.signal.aborted) {
        runs.push({ ...entry, problem: `${describeCancel(terminal.signal)} It was not tested.` });
      } else {
        showProgress();
        runs.push({ ...entry, ...(await testLocation(one, locationId, { ...context, showProgress })) });
      }
    }
    terminal.signal.removeEventListener("abort", onCancel);
    const told = { mapping, record, checkedAt: terminal.clock(), providers: connected };
    delivery.deliver(toTestPlateReport({ runs, swept }, told), toTestPlateJson({ runs, swept }, told));
    return isAllPassed({ runs, swept }) ? 0 : 1;
  },
};

const CANCELLING =
  "Cancelling: the test plate is withdrawn first. Ctrl+C once more ends the command at once; then run it with --sweep.";

interface RunContext {
  readonly mapping: MappingFile;
  readonly evidence: EvidenceStore;
  readonly flags: ParsedFlags;
  readonly terminal: Terminal;
}

async function testLocation(
  one: ConnectedProvider,
  locationId: string,
  { mapping, evidence, flags, terminal, showProgress }: RunContext & { readonly showProgress: () => void },
): Promise<{ result: TestPlateResult } | { problem: string }> {
  const { provider } = one;
  const locations = mapping.locations.map(({ location }) => location);
  const questions = createQuestions(terminal, showProgress);
  let record: TestPlateEvidence | undefined;
  const options = {
    directory: memoryDirectory({ companies: [mapping.company], locations }),
    companyId: mapping.company.id,
    locationId,
    evidence: {
      list: () => evidence.list(),
      save: (saved: TestPlateEvidence) => {
        record = saved;
        return evidence.save(saved);
      },
    },
    minutes: readMinutes(flags),
    signal: terminal.signal,
    clock: terminal.clock,
  };
  try {
    if (provider.delivery === "push") {
      return { result: await runTestPlate({ ...options, provider, confirm: askForSight(questions) }) };
    }
    const lookup = readLookupEndpoint(one, { flags, terminal });
    if (lookup === undefined) {
      return {
        problem:
          "Say where our lookup is (endpoint in the mapping file, or --endpoint) and put its password into LOOKUP_PASSWORD.",
      };
    }
    const probe = provider.probe === undefined ? {} : { probe: ignoreIds(provider.probe) };
    return {
      result: await runTestPlate({
        ...options,
        provider,
        permits: promptedPermits(questions),
        lookup: { ...lookup, ...probe },
        // A person acts between the steps.
        deadlineMs: 15 * 60_000,
      }),
    };
  } catch (error) {
    if (!isEnforcementError(error)) throw error;
    const { signal } = terminal;
    const ended = signal.aborted ? describeCancel(signal) : questions.unanswered;
    return { problem: ended === undefined ? error.message : `${ended} ${describeCleanUp(record)}` };
  }
}

/** Withdraws the test plates that earlier runs left. A cancelled sweep leaves the remaining ones for the next sweep. */
async function sweep(
  connected: readonly ConnectedProvider[],
  { evidence, terminal }: RunContext,
): Promise<readonly SweptTestPlate[]> {
  const { signal, clock } = terminal;
  const before = await evidence.list();
  const showProgress = () => terminal.showProgress("Withdrawing what earlier runs left…");
  showProgress();
  try {
    return await sweepTestPlates({
      providers: connected.map(({ provider }) => provider),
      evidence,
      permits: promptedPermits(createQuestions(terminal, showProgress), before),
      signal,
      clock,
      deadlineMs: 15 * 60_000,
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    const after = new Map((await evidence.list()).map((record) => [record.id, record]));
    return before
      .filter(({ state }) => state === "open")
      .map(({ id, providerId, companyId, locationId }) => ({
        evidenceId: id,
        providerId,
        companyId,
        locationId,
        ...(after.get(id)?.state === "closed"
          ? { end: "cancelled", message: "The test plate was withdrawn." }
          : { end: "left", message: `${describeCancel(signal)} It stays recorded: run --sweep again.` }),
      }));
  }
}

function requireConnection(connected: readonly ConnectedProvider[]): void {
  const missing = connected.flatMap(({ missing }) => missing);
  if (missing.length > 0) throw new UnusableInput(missing.map((what) => ({ message: `missing: ${what}` })));
}

/** Nothing is put out where the person who must look for it cannot be asked. */
function requireAnswers(targets: readonly { one: ConnectedProvider }[], { input }: Terminal): void {
  if (input !== "none") return;
  const needsPerson = targets.find(
    ({ one: { provider } }) => provider.delivery === "pull" || !provider.capabilities.find,
  );
  if (needsPerson === undefined) return;
  const { vendor, providerId } = needsPerson.one;
  throw new UnusableInput(
    `There is no terminal to ask at, and for ${vendor.setup.title} (${providerId}) a person must say whether TEST123 is seen. Nothing was sent. ${WITHOUT_TERMINAL}`,
  );
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

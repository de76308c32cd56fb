import { memoryDirectory } from "../../core/directory/directory.ts";
import { type EnforcementError, isEnforcementError } from "../../core/errors.ts";
import { canonicalPlateNumber } from "../../core/permit/plate.ts";
import { explainPermit } from "../../sync/explain/explain-permit.ts";
import type { PermitExplanation } from "../../sync/explain/explanation.ts";
import type { SqliteReader } from "../../sync/sqlite/sqlite-reader.ts";
import type { Command, ParsedFlags, Terminal } from "../command.ts";
import { onlyOperand } from "../flags.ts";
import { withoutPlaces } from "../input/mapping-file.ts";
import { renderJson } from "../report/visible.ts";
import { isThere, renderWhere, toWhereJson } from "../report/where-report.ts";
import { UnusableInput } from "../unusable-input.ts";
import { MAPPING_FLAGS, printWarnings, readMappingInputs } from "./mapping-flags.ts";

const { company, "company-code": companyCode, encoding } = MAPPING_FLAGS;

/** Says where a permit is, by a ledger's file, while the host runs. */
export const whereCommand: Command = {
  name: "where",
  summary: "say where a permit is and why, from the ledger of a running host",
  usage: "<permit id|plate> --ledger <file>",
  notes: [
    "Exit code 0: the vendors have all of it. 1: something is missing, or nothing was found. 2: unusable input.",
    "It reads the file of sqliteLedger beside the host that writes it, and changes nothing.",
    "What is no permit's id is looked up as a plate; permits that were revoked are found by their ids alone.",
    "Without --mapping, why something is not sent is judged as far as the ledger tells.",
  ],
  flags: {
    ledger: { type: "string", value: "file", isInput: true, help: "The ledger's file." },
    mapping: {
      type: "string",
      value: "file",
      isInput: true,
      help: "A mapping file whose companies and locations have the ids of your directory.",
    },
    "company-id": {
      type: "string",
      value: "id",
      help: "The company of a plate. Default: all in the ledger.",
    },
    ...(company === undefined ? {} : { company }),
    ...(companyCode === undefined ? {} : { "company-code": companyCode }),
    ...(encoding === undefined ? {} : { encoding }),
    json: { type: "boolean", help: "Print the explanations as JSON." },
  },
  operands: [],
  examples: [
    { run: "where P-2026-0417 --ledger permits.db", does: "one permit" },
    { run: 'where "GXK 204" --ledger permits.db --mapping mapping.yaml', does: "a plate, with the mapping" },
    { run: "where GXK204 --ledger permits.db --json", does: "for a program" },
  ],
  async run(flags, terminal) {
    const asked = onlyOperand(flags, "permit id or plate");
    const path = flags.text("ledger");
    if (path === undefined) throw new UnusableInput("Name the ledger's file: --ledger <file>.");
    const directory = readDirectory(flags, terminal);
    // Loaded for this command alone: older versions of Node print a warning when they load node:sqlite.
    const { sqliteReader } = await import("../../sync/sqlite/sqlite-reader.ts");
    const ledger = sqliteReader({ path });
    try {
      const found = await findPermits(ledger, { asked, companyId: flags.text("company-id") });
      const permits: PermitExplanation[] = [];
      for (const permitId of found) {
        const clock = terminal.clock;
        permits.push(
          await explainPermit({ ledger, permitId, clock, ...(directory === undefined ? {} : { directory }) }),
        );
      }
      const outcome = { permits, isPlate: readPlateNumber(asked) !== undefined };
      terminal.print(
        flags.isSet("json") ? renderJson(toWhereJson(outcome)) : renderWhere(outcome, terminal.output),
      );
      return isThere(outcome) ? 0 : 1;
    } catch (thrown) {
      throw isEnforcementError(thrown) ? toUnusable(thrown) : thrown;
    } finally {
      await ledger.close();
    }
  },
};

/** The reader names its own option and calls; on a command line they are a flag and a command. */
function toUnusable({ message }: EnforcementError): UnusableInput {
  const inCommandWords = message
    .replace(/^(path|reader):/, "--ledger:")
    .replace(" The next call looks again.", "")
    .replace(/\b([Rr])epeat the call\b/, (_, first) => `${first === "R" ? "Run" : "run"} the command again`);
  return new UnusableInput(inCommandWords);
}

function readDirectory(
  flags: ParsedFlags,
  terminal: Terminal,
): ReturnType<typeof memoryDirectory> | undefined {
  const file = flags.text("mapping");
  if (file === undefined) return undefined;
  const inputs = readMappingInputs(file, flags);
  printWarnings(inputs, terminal);
  const { mapping } = inputs;
  const own = { company: mapping.company, locations: mapping.locations.map(({ location }) => location) };
  const all = [own, ...withoutPlaces(mapping.otherCompanies)];
  return memoryDirectory({
    companies: all.map(({ company }) => company),
    locations: all.flatMap(({ locations }) => locations),
  });
}

/** The ids of the permits that are meant: the one with this id, or those with this plate. */
async function findPermits(
  ledger: SqliteReader,
  { asked, companyId }: { asked: string; companyId: string | undefined },
): Promise<string[]> {
  if ((await ledger.readRecord(asked)) !== undefined) return [asked];
  const number = readPlateNumber(asked);
  if (number === undefined) return [];
  const companyIds: string[] = [];
  if (companyId !== undefined) companyIds.push(companyId);
  else for await (const id of ledger.listCompanies()) companyIds.push(id);
  const found: string[] = [];
  const { signal } = new AbortController();
  for (const id of companyIds) {
    const query = { companyId: id, plateNumbers: [number], locationIds: [], at: new Date(0), signal };
    for await (const permit of await ledger.findPermits(query)) found.push(permit.id);
  }
  return found;
}

function readPlateNumber(text: string): string | undefined {
  try {
    return canonicalPlateNumber(text, "plate");
  } catch {
    return undefined;
  }
}

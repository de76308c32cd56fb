import type { Command } from "../command.ts";
import { onlyOperand } from "../flags.ts";
import { checkMapping, isPassed } from "../mapping-check.ts";
import { prepareDelivery, REPORT_FLAGS } from "../report/deliver.ts";
import { toMappingJson, toMappingReport } from "../report/mapping-report.ts";
import { MAPPING_FLAGS, readMappingInputs } from "./mapping-flags.ts";

/** Compares a mapping file with what the vendors have. Calls no vendor: it reads files only. */
export const checkCommand: Command = {
  name: "check",
  summary: "compare your locations with the vendors' lists, to the letter",
  usage: "<mapping.yaml|.json|.csv>",
  notes: [
    "Exit code 0: nothing found. 1: errors or warnings. 2: a file cannot be used.",
    "Without a list from a vendor, nothing is called unknown, and the report says that nothing was compared.",
    "That is no fault in itself: --require-lists makes it one, for a build that must not pass unchecked.",
  ],
  flags: {
    ...MAPPING_FLAGS,
    ...REPORT_FLAGS,
    "allow-warnings": { type: "boolean", help: "Exit with 0 when there are warnings only." },
    "require-lists": {
      type: "boolean",
      help: "A provider that is switched on and has no list of its vendor's to compare with is an error.",
    },
  },
  examples: [
    { run: "check mapping.yaml", does: "all vendors of the file, as text" },
    { run: "check mapping.yaml --out report.html", does: "a page to send around" },
    {
      run: 'check mapping.yaml --stations flex.csv --column description="Station Desc"',
      does: "with the stations that were exported from Flex",
    },
    { run: "check mapping.yaml --require-lists", does: "in a build: fails where nothing can be compared" },
    {
      run: "check mapping.yaml --vendor hotspot --spots email.txt",
      does: "with the list from HotSpot's e-mail",
    },
    {
      run: 'check locations.csv --company "University of Fundy" --zones zones.json --format json',
      does: "a table of locations, for a program",
    },
  ],
  async run(flags, terminal) {
    const file = onlyOperand(flags, "mapping file");
    const delivery = prepareDelivery(flags, terminal, flags.inputs);
    const inputs = readMappingInputs(file, flags);
    const check = await checkMapping(inputs, {
      checkedAt: terminal.clock(),
      requiresLists: flags.isSet("require-lists"),
      onProvider: async ({ vendor }) => {
        const locations = inputs.mapping.locations.length.toLocaleString("en");
        terminal.showProgress(`Comparing ${locations} locations with ${vendor.setup.title}…`);
        await turn(terminal.signal);
      },
    });
    terminal.showProgress("Writing the report…");
    await turn(terminal.signal);
    const allows = { warnings: flags.isSet("allow-warnings") };
    delivery.deliver(toMappingReport(check), toMappingJson(check, allows));
    return isPassed(check, allows) ? 0 : 1;
  },
};

/** Lets a signal come in: comparing and writing keep the process from it. Rejects when it has come. */
async function turn(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}

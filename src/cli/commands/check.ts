import type { Command } from "../command.ts";
import { onlyOperand } from "../flags.ts";
import { checkMapping, isClean } from "../mapping-check.ts";
import { prepareDelivery, REPORT_FLAGS } from "../report/deliver.ts";
import { toMappingJson } from "../report/json.ts";
import { toMappingReport } from "../report/mapping-report.ts";
import { inputFiles, MAPPING_FLAGS, readMappingInputs } from "./mapping-flags.ts";

/** Compares a mapping file with what the vendors have. Asks nobody: everything stands in files. */
export const checkCommand: Command = {
  name: "check",
  summary: "compare your locations with the vendors' stations, zones and SpotIDs, to the letter",
  usage: "<mapping.yaml|.json|.csv>",
  notes: [
    "Exit code 0: nothing found. 1: errors or warnings. 2: a file cannot be used.",
    "Without a list from a vendor, nothing is called unknown, and the report says that it was not compared.",
  ],
  flags: {
    ...MAPPING_FLAGS,
    ...REPORT_FLAGS,
    "allow-warnings": { type: "boolean", help: "Exit with 0 when there are warnings only." },
  },
  examples: [
    { run: "check mapping.yaml", does: "all vendors of the file, as text" },
    { run: "check mapping.yaml --out report.html", does: "a page to send around" },
    {
      run: 'check mapping.yaml --stations flex.csv --column description="Station Desc"',
      does: "with the stations that were exported from Flex",
    },
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
    const delivery = prepareDelivery(flags, terminal, inputFiles(flags));
    const { mapping, providers } = readMappingInputs(file, flags);
    const check = checkMapping(mapping, providers, { checkedAt: terminal.clock() });
    delivery.deliver(toMappingReport(check), toMappingJson(check));
    if (flags.isSet("allow-warnings")) return check.providers.every(({ report }) => report.ok) ? 0 : 1;
    return isClean(check) ? 0 : 1;
  },
};

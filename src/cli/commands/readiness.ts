import { fileEvidence } from "../../setup/evidence/file-evidence.ts";
import { checkReadiness } from "../../setup/readiness/check-readiness.ts";
import type { Command } from "../command.ts";
import { type ConnectedProvider, connectProviders } from "../connect.ts";
import { onlyOperand } from "../flags.ts";
import { withoutPlaces } from "../input/mapping-file.ts";
import { prepareDelivery, REPORT_FLAGS } from "../report/deliver.ts";
import { isReady, toReadinessJson, toReadinessReport } from "../report/readiness-report.ts";
import { enumerate } from "../report/words.ts";
import { UnusableInput } from "../unusable-input.ts";
import { toVendorFacts } from "../vendors/known-vendors.ts";
import { MAPPING_FLAGS, printWarnings, readMappingInputs } from "./mapping-flags.ts";
import { evidenceFile, readLookupEndpoint, SETUP_FLAGS } from "./setup-flags.ts";

/** Goes through each vendor's requirements and says what is missing. Changes nothing anywhere. */
export const readinessCommand: Command = {
  name: "readiness",
  summary: "list what each vendor requires, what is missing, and from whom",
  usage: "<mapping.yaml|.json|.csv>",
  notes: [
    "Exit code 0: ready. 1: something is missing. 2: a file cannot be used.",
    "Asks the vendor and our own lookup where credentials are in the environment; what cannot be asked stays unknown.",
  ],
  flags: {
    ...MAPPING_FLAGS,
    ...SETUP_FLAGS,
    confirmed: {
      type: "string",
      multiple: true,
      value: "requirement",
      help: "A requirement that a person confirmed and no program can know, such as odc-task. May be repeated.",
    },
    ...REPORT_FLAGS,
  },
  examples: [
    { run: "readiness mapping.yaml", does: "all vendors of the file" },
    {
      run: "readiness mapping.yaml --vendor passport --client-secret-env MY_SECRET",
      does: "the secret is in MY_SECRET",
    },
    {
      run: "readiness mapping.yaml --stations flex.csv --confirmed odc-task --out readiness.html",
      does: "T2 Flex, as a page",
    },
  ],
  async run(flags, terminal) {
    const file = onlyOperand(flags, "mapping file");
    const record = evidenceFile(file, flags);
    const delivery = prepareDelivery(flags, terminal, [...flags.inputs, record]);
    const inputs = readMappingInputs(file, flags);
    printWarnings(inputs, terminal);
    const { mapping, providers } = inputs;
    const connected = connectProviders(providers, { flags, terminal });
    const checkedAt = terminal.clock();
    const confirmed = assignConfirmed(flags.texts("confirmed"), connected);
    const asked = new Set(connected);
    const showAsked = () => {
      const titles = [...asked].map(({ vendor }) => vendor.setup.title);
      if (titles.length > 0) terminal.showProgress(`Asking for ${enumerate(titles)}…`);
    };
    showAsked();
    const reports = await Promise.all(
      connected.map(async (one) => {
        const lookup = readLookupEndpoint(one, { flags, terminal });
        const report = await checkReadiness({
          provider: one.provider,
          company: mapping.company,
          otherCompanies: withoutPlaces(mapping.otherCompanies),
          locations: mapping.locations.map(({ location }) => location),
          vendorSays: one.vendor.toMappingOptions(toVendorFacts(one.facts)),
          ...(lookup === undefined ? {} : { lookup }),
          evidence: fileEvidence(record),
          confirmed: confirmed.get(one.providerId) ?? [],
          signal: terminal.signal,
          clock: () => checkedAt,
        });
        asked.delete(one);
        showAsked();
        return report;
      }),
    );
    const context = { file: mapping.name, companyName: mapping.company.name, checkedAt };
    delivery.deliver(toReadinessReport(reports, context), toReadinessJson(reports, context));
    return isReady(reports) ? 0 : 1;
  },
};

/** Which provider each confirmed requirement is of. */
function assignConfirmed(
  ids: readonly string[],
  providers: readonly ConnectedProvider[],
): Map<string, string[]> {
  const requirements = (one: ConnectedProvider) => one.provider.setup.requirements.map(({ id }) => id);
  for (const id of ids) {
    if (providers.some((one) => requirements(one).includes(id))) continue;
    const known = providers.map((one) => `${one.providerId} has ${requirements(one).join(", ")}`).join("; ");
    throw new UnusableInput(`--confirmed must be the id of a requirement: ${known}.`);
  }
  return new Map(
    providers.map((one) => [one.providerId, ids.filter((id) => requirements(one).includes(id))]),
  );
}

import type { VendorDescriptor, VendorSetting } from "../../core/vendor/vendor-descriptor.ts";
import type { LookupEndpoint } from "../../setup/ask-endpoint.ts";
import type { FlagDefinitions, ParsedFlags, Terminal } from "../command.ts";
import type { ConnectedProvider } from "../connect.ts";
import { credentialFlags, LOOKUP_CREDENTIALS, readCredential } from "../credentials.ts";
import { KNOWN_VENDORS } from "../vendors/known-vendors.ts";

/** Flags of the commands that call a vendor, or the host's own lookup. */
export const SETUP_FLAGS: FlagDefinitions = {
  endpoint: {
    type: "string",
    value: "url",
    help: "Where the host's lookup is served, for a vendor that sends lookups.",
  },
  evidence: {
    type: "string",
    value: "file",
    isInput: true,
    help: "Where runs of the test plate are recorded. Default: beside the mapping file, mapping.evidence.json.",
  },
  ...credentialFlags([
    ...KNOWN_VENDORS.flatMap(({ credentials }) => credentials),
    ...Object.values(LOOKUP_CREDENTIALS),
  ]),
};

/** The file in which runs of the test plate are recorded. */
export function evidenceFile(mappingFile: string, flags: ParsedFlags): string {
  return flags.text("evidence") ?? mappingFile.replace(/\.[^./\\]+$/, "").concat(".evidence.json");
}

/** Our own lookup, where address and password are known. With a user name it is asked with Basic, else with a key. */
export function readLookupEndpoint(
  { vendor, facts }: ConnectedProvider,
  { flags, terminal }: { flags: ParsedFlags; terminal: Terminal },
): LookupEndpoint | undefined {
  const url = flags.text("endpoint") ?? facts.settings["endpoint"];
  const username = readCredential(LOOKUP_CREDENTIALS.username, { flags, terminal });
  const password = readCredential(LOOKUP_CREDENTIALS.password, { flags, terminal });
  if (typeof url !== "string" || password === undefined) return undefined;
  if (hasTokens(vendor, facts.settings["dialect"]) && username !== undefined) {
    return { url, credentials: { scheme: "username-token", username, password, token: password } };
  }
  const credentials =
    username === undefined ? ({ scheme: "api-key", key: password } as const) : { username, password };
  return { url, credentials };
}

/** Whether the credentials of a vendor's dialect travel in the message, with a token beside them. */
function hasTokens(vendor: VendorDescriptor, dialect: VendorSetting | undefined): boolean {
  if (vendor.delivery === "push") return false;
  const [usual] = vendor.dialects;
  const spoken = dialect === undefined ? usual : vendor.dialects.find(({ name }) => name === dialect);
  return spoken?.credentials === "username-token";
}

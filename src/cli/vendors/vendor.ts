import type { MappingInput, MappingReport } from "../../core/mapping/mapping.ts";
import type { EnforcementProvider } from "../../core/provider.ts";
import type { CredentialKey } from "../credentials.ts";
import type { EntryList } from "../input/entry-list.ts";
import type { TextUse } from "../input/spreadsheet-damage.ts";
import type { TreeNode, TreeReader } from "../input/tree.ts";

/** What the command line knows of a vendor. */
export interface VendorCommands {
  readonly vendor: string;
  /** As people write it. */
  readonly title: string;
  /** The vendor's word for what a location is mapped to; an s makes its plural. */
  readonly entry: string;
  /** The key of the vendor's list, in a mapping file and in the validator's messages. */
  readonly listKey: string;
  /** The flag that names a file with that list. */
  readonly listFlag: string;
  /** What a location's target is for this vendor: an id, or a name. */
  readonly targetUse: TextUse;
  /** The target that an entry of the list stands for. */
  targetOf(entry: unknown): string;
  /** Whether targets can be compared with such a list at all. */
  usesList(settings: VendorFacts["settings"]): boolean;
  /** Reads what a mapping file says under `vendors`. Problems are the reader's. */
  read(node: TreeNode, reader: TreeReader, what: string): VendorFacts;
  /** What the vendor says, under the names that its validator takes. */
  vendorSays(facts: VendorFacts): Readonly<Record<string, unknown>>;
  /** Validates a mapping with what `vendorSays`. */
  validate(input: MappingInput): MappingReport;
  /** Credentials without which the vendor cannot be called, or would be called otherwise than the file says. */
  credentials(settings: VendorFacts["settings"]): readonly CredentialKey[];
  /** Settings without which the vendor cannot be called. */
  readonly needed: readonly string[];
  /** Makes a provider. Where a credential is missing, it is made up: such a provider must not call anybody. */
  createProvider(providerId: string, connection: Connection): EnforcementProvider;
}

/** What a provider is made with. */
export interface Connection {
  readonly settings: VendorFacts["settings"];
  credential(key: CredentialKey): string | undefined;
}

/** What is known of one provider's vendor, from the mapping file and the files that flags name. */
export interface VendorFacts {
  /** What the vendor has. Absent: nobody said. */
  readonly list?: EntryList | undefined;
  /** The other keys, by name. */
  readonly settings: Readonly<Record<string, Setting>>;
}

/** What a key may hold. */
export type Setting = string | boolean | readonly string[];

/** Nothing is known. */
export const NO_FACTS: VendorFacts = { settings: {} };

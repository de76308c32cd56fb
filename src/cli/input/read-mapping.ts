import { KNOWN_VENDORS } from "../vendors/find-vendor.ts";
import type { EncodingName } from "./decode-text.ts";
import type { MappingFile } from "./mapping-file.ts";
import { readMappingTable, type TableCompany } from "./mapping-table.ts";
import { readMappingTree } from "./mapping-tree.ts";
import { readTextFile } from "./read-file.ts";

/** What a mapping file is read with. */
export interface MappingReading extends TableCompany {
  readonly encoding: EncodingName | undefined;
}

/** Reads a mapping file by the end of its name: `.csv` and `.tsv` are tables, `.json` is JSON, the rest YAML. */
export function readMapping(name: string, { encoding, ...company }: MappingReading): MappingFile {
  const file = readTextFile(name, { encoding });
  return /\.(csv|tsv)$/i.test(name) ? readMappingTable(file, company) : readMappingTree(file, KNOWN_VENDORS);
}

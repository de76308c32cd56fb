import { resolve } from "node:path";
import { fieldError, readText } from "../../../core/fields.ts";
import { readFactoryOptions } from "../../../core/options.ts";

/** The absolute path of a factory's options. @throws EnforcementError `invalid_config` naming the option */
export function readLedgerPath(options: unknown, factory: "sqliteLedger" | "sqliteReader"): string {
  const { path } = readFactoryOptions(options, factory, ["path"]);
  if (typeof path !== "string" || path.trim() === "") {
    throw fieldError("path", "must be the path of a file.", "invalid_config");
  }
  const text = readText(path, "path");
  if (text === ":memory:") {
    const instead = factory === "sqliteLedger" ? "; use memoryLedger() for one in memory." : ".";
    throw fieldError("path", `must be a file${instead}`, "invalid_config");
  }
  return resolve(text);
}

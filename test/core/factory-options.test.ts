import { describe, expect, it } from "vitest";
import { isEnforcementError } from "../../src/core/errors.ts";
import * as root from "../../src/index.ts";
import * as sandbox from "../../src/sandbox/index.ts";
import { postgresLedger } from "../../src/sync/postgres/index.ts";
import { sqliteLedger } from "../../src/sync/sqlite/index.ts";

type Factory = (options: unknown) => unknown;

const EXPORTS: Readonly<Record<string, unknown>> = { ...root, ...sandbox, postgresLedger, sqliteLedger };

/** Every factory with options, by its name. Functions that take data or functions are not here. */
const FACTORIES = Object.entries(EXPORTS).flatMap(([name, value]): [string, Factory][] => {
  // Faults have no options.
  const isFactory = /^create|Ledger$|Auth$/.test(name) && name !== "createFaults";
  return isFactory && typeof value === "function" ? [[name, value as Factory]] : [];
});

/** A key that each factory knows. */
const KNOWN: Readonly<Record<string, string>> = {
  createPassportProvider: "operatorId",
  createHotSpotProvider: "baseUrl",
  createT2FlexProvider: "dialect",
  createPermitLookupHandler: "findPermits",
  createPermitSync: "leadTimeMs",
  apiKeyAuth: "header",
  basicAuth: "find",
  bearerAuth: "find",
  createSandbox: "passport",
  createPassportSandbox: "zones",
  createHotSpotSandbox: "spotIds",
  createHandheld: "dialect",
  createFieldHandheld: "vendors",
  postgresLedger: "pool",
  sqliteLedger: "path",
};

function failureOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("an unknown option", () => {
  it("is tested with every factory", () => {
    console.log(`factories: ${FACTORIES.length}`);
    const names = FACTORIES.map(([name]) => name).filter((name) => name !== "memoryLedger");
    expect(names.sort()).toEqual(Object.keys(KNOWN).sort());
  });

  it.each(FACTORIES)("is invalid_config that names it and the known ones: %s", (name, create) => {
    for (const options of [{ file: "x" }, "text", 7, null]) {
      const error = failureOf(() => create(options));
      expect(isEnforcementError(error) && error.code).toBe("invalid_config");
      expect(String((error as Error).message)).toMatch(new RegExp(`^${name}: `));
    }
    const { message } = failureOf(() => create({ file: "x" })) as Error;
    const known = KNOWN[name];
    if (known === undefined) expect(message).toBe("memoryLedger: takes no options.");
    else expect(message).toMatch(new RegExp(`key "file" is not known; known keys: .*\\b${known}\\b`));
  });

  it.each([
    ["fileEvidence", root.fileEvidence as Factory],
    ["memoryEvidence", root.memoryEvidence as Factory],
  ])("is invalid_config for a factory without options: %s", (_, create) => {
    expect(failureOf(() => create({ file: "x" }))).toMatchObject({ code: "invalid_config" });
  });
});

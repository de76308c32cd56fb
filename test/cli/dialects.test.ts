import { afterAll, describe, expect, it } from "vitest";
import { command, createWorkspace } from "./command-line.ts";

const workspace = createWorkspace();
afterAll(workspace.remove);

const write = (dialect: string) =>
  workspace.write(
    `${dialect}.yaml`,
    `company: { id: fundy, name: University of Fundy, providers: { t2-flex: { enabled: true } } }
locations:
  - { id: lot-1, name: Lot 1, providers: { t2-flex: { enabled: true } } }
vendors:
  t2-flex: { dialect: ${dialect}, stations: [{ description: Lot 1 }] }
`,
  );

describe("the dialect of a mapping file", () => {
  it.each(["offstreet", "iris", "genetec"])("is selected by its name: %s", async (dialect) => {
    const { code, stderr } = await command(["readiness", write(dialect)]);
    // Not ready: there is no endpoint to ask.
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  });

  it.each(["soap", "constructor"])("is refused when no vendor has it: %s", async (dialect) => {
    expect(await command(["readiness", write(dialect)])).toEqual({
      code: 2,
      stdout: "",
      stderr: "readiness: dialect: must be one of offstreet, iris, genetec.\n",
    });
  });
});

import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/run.ts";
import { command, runBin } from "./command-line.ts";

describe("help", () => {
  it("lists the commands, and is what the bare name prints", async () => {
    const { code, stdout, stderr } = await runBin(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const { name, summary } of COMMANDS)
      expect(stdout).toMatch(new RegExp(`^  ${name} .*${summary}$`, "m"));
    expect((await command([])).stdout).toBe(stdout);
    expect((await command(["--version"])).stdout).toBe("0.0.0-test\n");
  });

  it.each(COMMANDS.map(({ name }) => name))(
    "of %s has every flag, and examples with flags that exist",
    async (name) => {
      const { code, stdout } = await command([name, "--help"]);
      expect(code).toBe(0);
      const known = Object.keys(COMMANDS.find((one) => one.name === name)?.flags ?? {});
      for (const flag of known) expect(stdout).toContain(`--${flag}`);
      const [, examples = ""] = stdout.split("Examples:\n");
      expect(examples).toContain(`  npx @offstreet/enforcement ${name}`);
      const used = [...examples.matchAll(/ --([a-z-]+)/g)].map((match) => match[1]);
      expect(used.filter((flag) => !known.includes(flag ?? ""))).toEqual([]);
      expect(stdout.split("\n").filter((line) => line.length > 120)).toEqual([]);
    },
  );
});

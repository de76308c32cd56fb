import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/run.ts";
import { command, runBin } from "./command-line.ts";

describe("help", () => {
  it("lists the commands, and is what the bare command prints", async () => {
    const { code, stdout, stderr } = await runBin(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const { name, summary } of COMMANDS)
      expect(stdout).toMatch(new RegExp(`^  ${name} .*${summary}$`, "m"));
    expect((await command([])).stdout).toBe(stdout);
    expect((await command(["--version"])).stdout).toBe("0.0.0-test\n");
  });

  it.each(COMMANDS.map(({ name }) => name))("of %s is the same with help, --help and -h", async (name) => {
    const { stdout } = await command([name, "--help"]);
    expect(stdout).toMatch(new RegExp(`^${name}: `));
    for (const args of [
      ["help", name],
      ["--help", name],
      ["-h", name],
      [name, "-h"],
      ["help", name, "--json"],
    ]) {
      expect(await command(args)).toEqual({ code: 0, stdout, stderr: "" });
    }
  });

  it("of a misspelt command suggests the right one", async () => {
    for (const args of [["chek"], ["help", "chek"], ["CHECK"], ["chek", "--help"]]) {
      const { code, stdout, stderr } = await command(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain("Did you mean check?");
    }
    expect((await command(["--verison"])).stderr).toContain("Did you mean --version?");
    expect((await command(["test_plate"])).stderr).toContain("Did you mean test-plate?");
    expect((await command(["s3cr3t-value"])).stderr).not.toMatch(/s3cr3t|mean/);
  });

  it("explains each exit code", async () => {
    for (const { name } of COMMANDS.filter(({ name }) => name !== "sandbox")) {
      const { stdout } = await command(["help", name]);
      expect(stdout).toMatch(/Exit code 0: /);
      expect(stdout).toMatch(/\b1: /);
      expect(stdout).toMatch(/\b2: /);
    }
  });

  it.each(COMMANDS.map(({ name }) => name))(
    "of %s has every flag, and examples with flags that exist",
    async (name) => {
      const { code, stdout } = await command([name, "--help"], { columns: 100 });
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

import { spawnSync } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import type { Command } from "../../src/cli/command.ts";
import { toBashScript } from "../../src/cli/completion/bash.ts";
import { toFishScript } from "../../src/cli/completion/fish.ts";
import { toZshScript } from "../../src/cli/completion/zsh.ts";
import { COMMANDS } from "../../src/cli/run.ts";
import { command, createWorkspace } from "./command-line.ts";
import { hasPseudoTerminals, typeInTerminal } from "./terminal/pseudo-terminal.ts";

const workspace = createWorkspace();
afterAll(workspace.remove);

const NAMES = COMMANDS.map(({ name }) => name);
const FIRST = [...NAMES, "help", "--help", "--version"];
const flagsOf = (name: string) =>
  [...Object.keys(COMMANDS.find((one) => one.name === name)?.flags ?? {}), "help"].map((flag) => `--${flag}`);

const hasShell = (shell: string) => spawnSync(shell, ["--version"]).status === 0;
const runShell = (shell: string, args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(shell, args, { encoding: "utf8", cwd: workspace.folder });
  return { status, stdout, stderr };
};

async function writeScript(shell: string): Promise<string> {
  const { code, stdout, stderr } = await command(["completion", shell]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return workspace.write(`completion.${shell}`, stdout);
}

/** What is typed up to the cursor, and the words that are offered. "files": the shell's own completion of names. */
const OFFERED: readonly (readonly [string, readonly string[] | "files" | "nothing"])[] = [
  ["", FIRST],
  ["ch", ["check"]],
  ["--v", ["--version"]],
  ["help ", NAMES],
  ["help te", ["test-plate"]],
  ["completion ", ["bash", "zsh", "fish"]],
  ["check --", flagsOf("check")],
  ["check mapping.yaml --al", ["--allow-warnings"]],
  ["check --format ", ["text", "markdown", "html", "json"]],
  ["check --format=", ["text", "markdown", "html", "json"]],
  ["check --format ma", ["markdown"]],
  ["check --format=h", ["html"]],
  ["check --vendor t2-flex --vendor ", ["t2-flex", "passport", "hotspot"]],
  ["lookup --scheme b", ["basic", "bearer"]],
  ["check ", "files"],
  ["check ma", "files"],
  ["readiness --evidence ", "files"],
  ["where P-1 --ledger ", "files"],
  ["lookup --plate ", "nothing"],
  ["where ", "nothing"],
];

/** The words of a line as bash hands them to a completion: an equals sign is one of its own. */
function toBashWords(line: string): string[] {
  return ["offstreet-enforcement", ...line.split(" ").flatMap((word) => word.split(/(=)/))];
}

describe.skipIf(!hasShell("bash"))("in bash", () => {
  const complete = async (line: string) => {
    const script = await writeScript("bash");
    const words = toBashWords(line).filter((word, index, all) => word !== "" || index === all.length - 1);
    const quoted = words.map((word) => `'${word}'`).join(" ");
    // `compopt` works in a completion only: here it tells that the shell's own is switched off.
    const program = `compopt() { echo "compopt $*"; }
source ${script}
COMP_WORDS=(${quoted}) COMP_CWORD=${words.length - 1}
_offstreet_enforcement
for word in "\${COMPREPLY[@]}"; do echo "$word"; done`;
    const { status, stdout, stderr } = runShell("bash", ["--norc", "-c", program]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    return stdout.split("\n").filter((word) => word !== "");
  };

  it.each(OFFERED)("%j is offered %j", async (line, offered) => {
    const expected = offered === "files" ? [] : offered === "nothing" ? ["compopt +o default"] : offered;
    expect(await complete(line)).toEqual(expected);
  });

  it.skipIf(!hasPseudoTerminals())(
    "completes what is typed, and names of files",
    async () => {
      const script = await writeScript("bash");
      workspace.write("mapping-of-fundy.yaml", "");
      const text = await typeInTerminal("bash --norc --noprofile", { cwd: workspace.folder }, [
        `source ${script}; offstreet-enforcement() { echo "ran [$*]"; }\n`,
        "offstreet-enforcement che\tmapping-of\t--form\tmark\t\n",
        "offstreet-enforcement check --out=mapping-of\t\n",
        "exit\n",
      ]);
      expect(text).toContain("ran [check mapping-of-fundy.yaml --format markdown]");
      expect(text).toContain("ran [check --out=mapping-of-fundy.yaml]");
    },
    60_000,
  );
});

describe.skipIf(!hasShell("fish"))("in fish", () => {
  it.each(OFFERED.filter(([, offered]) => typeof offered !== "string"))(
    "%j is offered %j",
    async (line, offered) => {
      const script = await writeScript("fish");
      const program = `source ${script}; complete --do-complete 'offstreet-enforcement ${line}'`;
      const { status, stdout } = runShell("fish", ["--no-config", "-c", program]);
      expect(status).toBe(0);
      const found = stdout.split("\n").flatMap((row) => row.split("\t")[0]?.replace(/^--\w+=/, "") || []);
      // fish offers flags only once a hyphen was typed.
      const expected = line === "" ? [...NAMES, "help"] : offered;
      expect(found.toSorted()).toEqual([...expected].toSorted());
    },
  );

  it("completes names of files where a file belongs, and there alone", async () => {
    const script = await writeScript("fish");
    workspace.write("mapping-of-fundy.yaml", "");
    const complete = (line: string) =>
      runShell("fish", ["--no-config", "-c", `source ${script}; complete --do-complete '${line}'`]).stdout;
    expect(complete("offstreet-enforcement check mapping-of")).toContain("mapping-of-fundy.yaml");
    expect(complete("offstreet-enforcement where P-1 --ledger mapping-of")).toContain(
      "mapping-of-fundy.yaml",
    );
    expect(complete("offstreet-enforcement where mapping-of")).toBe("");
    expect(complete("offstreet-enforcement lookup --plate mapping-of")).toBe("");
  });
});

describe.skipIf(!hasShell("zsh") || !hasPseudoTerminals())("in zsh", () => {
  it("completes what is typed", async () => {
    const script = await writeScript("zsh");
    workspace.write("mapping-of-fundy.yaml", "");
    const text = await typeInTerminal("zsh -f", { cwd: workspace.folder }, [
      `autoload -U compinit; compinit -u -D; source ${script}; offstreet-enforcement() { echo "ran [$*]"; }\n`,
      "offstreet-enforcement che\tmapping-of\t--form\tmark\t\n",
      "offstreet-enforcement help rea\t\n",
      "offstreet-enforcement lookup --scheme=bas\t\n",
      "offstreet-enforcement completion fi\t\n",
      "exit\n",
    ]);
    // What is offered with an equals sign, zsh completes with one.
    expect(text).toMatch(/ran \[check mapping-of-fundy\.yaml --format[= ]markdown\]/);
    expect(text).toContain("ran [help readiness]");
    expect(text).toContain("ran [lookup --scheme=basic]");
    expect(text).toContain("ran [completion fish]");
  });
});

describe.skipIf(!hasShell("zsh") || !hasPseudoTerminals())("in a folder of fpath", () => {
  it("is found by zsh", async () => {
    const { stdout } = await command(["completion", "zsh"]);
    workspace.write("fpath/_enforcement", stdout);
    const text = await typeInTerminal("zsh -f", { cwd: workspace.folder }, [
      'fpath=($PWD/fpath $fpath); autoload -U compinit; compinit -u -D; offstreet-enforcement() { echo "ran [$*]"; }\n',
      "offstreet-enforcement che\t--requ\t\n",
      "offstreet-enforcement sand\t\n",
      "exit\n",
    ]);
    expect(text).toContain("ran [check --require-lists]");
    expect(text).toContain("ran [sandbox]");
  });
});

describe("the scripts", () => {
  it.each(["bash", "zsh", "fish"].filter(hasShell))("have the syntax of %s", async (shell) => {
    expect(runShell(shell, ["-n", await writeScript(shell)])).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it.each(["bash", "zsh", "fish"])(
    "hold every command and flag, and every value that a flag has (%s)",
    async (shell) => {
      const { stdout } = await command(["completion", shell]);
      for (const { name, flags } of COMMANDS) {
        expect(stdout).toContain(name);
        for (const [flag, { choices = [] }] of Object.entries(flags)) {
          expect(stdout).toContain(shell === "fish" ? `-l ${flag} ` : `--${flag}`);
          for (const choice of choices) expect(stdout).toContain(choice);
        }
      }
    },
  );

  it("stay scripts whatever a help text holds", () => {
    const hostile: Command = {
      name: "odd",
      summary: "it's: $(exit 1) `exit 2` [a]",
      usage: "",
      notes: [],
      examples: [],
      flags: {
        odd: { type: "string", value: "x", help: 'it\'s \\ $(exit 1): `exit 2` [a] "b". More.' },
        path: { type: "string", value: "path", help: "A folder." },
      },
      run: async () => 0,
    };
    const scripts = { bash: toBashScript, zsh: toZshScript, fish: toFishScript };
    for (const [shell, toScript] of Object.entries(scripts)) {
      const script = workspace.write(`odd.${shell}`, toScript([hostile]));
      const source = shell === "zsh" ? "compdef() { }; " : "";
      if (!hasShell(shell)) continue;
      const { status, stdout, stderr } = runShell(shell, ["-c", `${source}source ${script}`]);
      expect({ shell, status, stdout, stderr }).toEqual({ shell, status: 0, stdout: "", stderr: "" });
    }
  });

  it("are there for three shells", async () => {
    expect(await command(["completion", "tcsh"])).toEqual({
      code: 2,
      stdout: "",
      stderr: "The shell must be one of bash, zsh, fish.\n",
    });
    expect(await command(["completion"])).toEqual({ code: 2, stdout: "", stderr: "Name the shell.\n" });
  });
});

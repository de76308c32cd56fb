import type { Command } from "../command.ts";
import { toBashScript } from "../completion/bash.ts";
import { BIN_NAME } from "../completion/completed-words.ts";
import { toFishScript } from "../completion/fish.ts";
import { toZshScript } from "../completion/zsh.ts";
import { onlyOperand } from "../flags.ts";
import { UnusableInput } from "../unusable-input.ts";

const SCRIPTS: ReadonlyMap<string, (commands: readonly Command[]) => string> = new Map([
  ["bash", toBashScript],
  ["zsh", toZshScript],
  ["fish", toFishScript],
]);

/** Prints a script with which a shell completes the commands and their flags. */
export function createCompletionCommand(findCommands: () => readonly Command[]): Command {
  const shells = [...SCRIPTS.keys()];
  return {
    name: "completion",
    summary: "print a script with which a shell completes commands and flags",
    usage: `<${shells.join("|")}>`,
    notes: [
      "Exit code 0: the script was printed. 1: you cancelled the command. 2: there is no script for this shell.",
      `It completes what follows ${BIN_NAME}, the name of an installed bin, not what follows npx.`,
      "In bash or zsh, evaluate what it prints; zsh needs compinit before. In fish, pipe it into source.",
    ],
    flags: {},
    operands: shells,
    examples: [
      { run: "completion bash >> ~/.bashrc", does: "in each new bash" },
      {
        run: "completion zsh > ~/.zfunc/_enforcement",
        does: "where ~/.zfunc is in fpath before compinit",
      },
      {
        run: "completion fish > ~/.config/fish/conf.d/enforcement.fish",
        does: "in each new fish",
      },
    ],
    async run(flags, terminal) {
      const toScript = SCRIPTS.get(onlyOperand(flags, "shell"));
      if (toScript === undefined) throw new UnusableInput(`The shell must be one of ${shells.join(", ")}.`);
      terminal.print(toScript(findCommands()));
      return 0;
    },
  };
}

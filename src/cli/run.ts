import { isEnforcementError } from "../core/errors.ts";
import { type Command, describeCancel, type ExitCode, type Terminal } from "./command.ts";
import { checkCommand } from "./commands/check.ts";
import { createCompletionCommand } from "./commands/completion.ts";
import { initCommand } from "./commands/init.ts";
import { lookupCommand } from "./commands/lookup.ts";
import { readinessCommand } from "./commands/readiness.ts";
import { sandboxCommand } from "./commands/sandbox.ts";
import { testPlateCommand } from "./commands/test-plate.ts";
import { whereCommand } from "./commands/where.ts";
import { parseFlags, suggest } from "./flags.ts";
import { BIN, describeBin, describeCommand } from "./help.ts";
import { toVisible } from "./report/visible.ts";
import { printMessage } from "./terminal/messages.ts";
import { showProblem, UnusableInput } from "./unusable-input.ts";

/** All commands, in the order of an onboarding. */
export const COMMANDS: readonly Command[] = [
  initCommand,
  checkCommand,
  readinessCommand,
  testPlateCommand,
  lookupCommand,
  whereCommand,
  sandboxCommand,
  createCompletionCommand(() => COMMANDS),
];

// With more, the first ones would scroll out of sight.
const SHOWN_PROBLEMS = 50;

/** Runs one command line. Prints every failure as lines of text; never throws. */
export async function run(args: readonly string[], terminal: Terminal, version: string): Promise<ExitCode> {
  const [first, ...rest] = args;
  if (first === "--version") return finish(terminal, `${version}\n`);
  const isHelp = first === undefined || first === "--help" || first === "-h" || first === "help";
  // `help check` is `check --help`.
  const name = isHelp ? rest.find((argument) => !argument.startsWith("-")) : first;
  if (name === undefined) return finish(terminal, describeBin(COMMANDS, terminal.output));
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) {
    printMessage(terminal, describeUnknown(name), "bad");
    return 2;
  }
  if (isHelp || rest.includes("--help") || rest.includes("-h")) {
    return finish(terminal, describeCommand(command, terminal.output));
  }
  try {
    return await command.run(parseFlags(rest, command.flags), terminal);
  } catch (error) {
    if (terminal.signal.aborted && !(error instanceof UnusableInput)) {
      printMessage(terminal, `${command.name}: ${describeCancel(terminal.signal)}`, "attention");
      return 1;
    }
    for (const line of describeFailure(error, command.name)) printMessage(terminal, line, "bad");
    return 2;
  }
}

/** What was given is not repeated: it may be a secret in the wrong place. */
function describeUnknown(name: string): string {
  const names = COMMANDS.map((candidate) => candidate.name);
  const near = suggest(name, [...names, "help", "--help", "--version"]);
  const hint = near === undefined ? "" : ` Did you mean ${near}?`;
  return `Unknown command.${hint} Commands: ${names.join(", ")}. See ${BIN} --help.`;
}

function finish(terminal: Terminal, text: string): ExitCode {
  terminal.print(text);
  return 0;
}

function describeFailure(error: unknown, command: string): string[] {
  if (error instanceof UnusableInput) {
    const { problems } = error;
    const shown = problems.slice(0, SHOWN_PROBLEMS).map(showProblem);
    const rest = problems.length - shown.length;
    if (rest > 0) shown.push(`and ${rest} more`);
    return shown;
  }
  if (isEnforcementError(error)) return [toVisible(`${command}: ${error.message}`)];
  // A bug in this package. Its message may hold a secret, so only its kind is printed.
  const kind = error instanceof Error ? error.name : "unknown fault";
  return [`${command}: failed unexpectedly (${kind}). Please report this with the command that you ran.`];
}

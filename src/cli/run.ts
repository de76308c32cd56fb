import { isEnforcementError } from "../core/errors.ts";
import { type Command, describeCancel, type ExitCode, type Terminal } from "./command.ts";
import { checkCommand } from "./commands/check.ts";
import { lookupCommand } from "./commands/lookup.ts";
import { readinessCommand } from "./commands/readiness.ts";
import { sandboxCommand } from "./commands/sandbox.ts";
import { testPlateCommand } from "./commands/test-plate.ts";
import { whereCommand } from "./commands/where.ts";
import { parseFlags, suggest } from "./flags.ts";
import { BIN, describeBin, describeCommand } from "./help.ts";
import { toVisible } from "./report/visible.ts";
import { showProblem, UnusableInput } from "./unusable-input.ts";

/** All commands, in the order of an onboarding. */
export const COMMANDS: readonly Command[] = [
  checkCommand,
  readinessCommand,
  testPlateCommand,
  lookupCommand,
  whereCommand,
  sandboxCommand,
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
  if (name === undefined) return finish(terminal, describeBin(COMMANDS));
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) {
    terminal.printError(describeUnknown(name));
    return 2;
  }
  if (isHelp || rest.includes("--help") || rest.includes("-h")) {
    return finish(terminal, describeCommand(command));
  }
  try {
    return await command.run(parseFlags(rest, command.flags), terminal);
  } catch (error) {
    if (terminal.signal.aborted && !(error instanceof UnusableInput)) {
      terminal.printError(`${command.name}: ${describeCancel(terminal.signal)}\n`);
      return 1;
    }
    terminal.printError(describeFailure(error, command.name));
    return 2;
  }
}

/** What was given is not repeated: it may be a secret in the wrong place. */
function describeUnknown(name: string): string {
  const names = COMMANDS.map((candidate) => candidate.name);
  const near = suggest(name, [...names, "help", "--help", "--version"]);
  const hint = near === undefined ? "" : ` Did you mean ${near}?`;
  return `Unknown command.${hint} Commands: ${names.join(", ")}. See ${BIN} --help.\n`;
}

function finish(terminal: Terminal, text: string): ExitCode {
  terminal.print(text);
  return 0;
}

function describeFailure(error: unknown, command: string): string {
  if (error instanceof UnusableInput) {
    const { problems } = error;
    const shown = problems.slice(0, SHOWN_PROBLEMS).map(showProblem);
    const rest = problems.length - shown.length;
    if (rest > 0) shown.push(`and ${rest} more`);
    return shown.map((line) => `${line}\n`).join("");
  }
  if (isEnforcementError(error)) return `${toVisible(`${command}: ${error.message}`)}\n`;
  // A bug in this package. Its message may hold a secret, so only its kind is printed.
  const kind = error instanceof Error ? error.name : "unknown fault";
  return `${command}: failed unexpectedly (${kind}). Please report this with the command that you ran.\n`;
}

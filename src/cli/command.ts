/** What a stream of text is shown on. */
export interface Screen {
  /** How many columns a line may take. Infinity: lines are not broken. */
  readonly width: number;
  readonly colours: boolean;
}

/** What a command may use of the world. */
export interface Terminal {
  /** Writes to standard output, as it is. */
  print(text: string): void;
  /** Writes to standard error, as it is. */
  printError(text: string): void;
  /**
   * Shows on standard error what a command is at, in one line that the next text replaces. On a terminal only: elsewhere nothing
   * is shown.
   */
  showProgress(text: string): void;
  /** What reports are laid out for. */
  readonly output: Screen;
  /** What questions and messages are laid out for. */
  readonly errors: Screen;
  /** Asks on standard error and waits for a line; `undefined` once the input has ended, or the signal aborts. */
  ask(question: string, signal: AbortSignal): Promise<string | undefined>;
  /** Where answers come from. */
  readonly input: InputKind;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: () => Date;
  /** Milliseconds since some instant, by a clock that cannot be set. */
  readonly monotonic: () => number;
  /** Aborts when the command is to end. Its reason is the name of the signal, `SIGINT` after Ctrl+C. */
  readonly signal: AbortSignal;
}

/** `terminal`: a person types. `pipe`: lines that a pipe or a file holds. `none`: there is nothing to read. */
export type InputKind = "terminal" | "pipe" | "none";

/** How a command ended: 0 clean or as hoped, 1 something to put right, 2 unusable input. */
export type ExitCode = 0 | 1 | 2;

/** A flag of a command. */
export interface FlagDefinition {
  readonly type: "string" | "boolean";
  readonly multiple?: boolean;
  /** Whether it names a file that the command reads: no report is written over it. */
  readonly isInput?: boolean;
  /** The name of its value in the help, such as `file`, where there are no choices. */
  readonly value?: string;
  /** Values that it takes, for the help and for shells that complete them. */
  readonly choices?: readonly string[];
  readonly help: string;
}

/** Flags by their long name, without the hyphens. */
export type FlagDefinitions = Readonly<Record<string, FlagDefinition>>;

/** One command of the bin. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What the command takes, `<mapping file>`. */
  readonly usage: string;
  /** What there is to know besides the flags. */
  readonly notes: readonly string[];
  readonly flags: FlagDefinitions;
  /** What it takes without a flag, for shells that complete it. Absent: the name of a file. Empty: nothing that a shell knows. */
  readonly operands?: readonly string[];
  readonly examples: readonly { readonly run: string; readonly does: string }[];
  run(args: ParsedFlags, terminal: Terminal): Promise<ExitCode>;
}

/** Arguments of a command, checked against its flags. */
export interface ParsedFlags {
  /** What stands without a flag. */
  readonly operands: readonly string[];
  /** The files that the command reads: its operands, and what flags with `isInput` name. */
  readonly inputs: readonly string[];
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  isSet(name: string): boolean;
}

/** Who ended the command, in a sentence. */
export function describeCancel({ reason }: AbortSignal): string {
  return reason === "SIGTERM" ? "Cancelled by the system (SIGTERM)." : "Cancelled by you.";
}

import type { Command, FlagDefinition } from "../command.ts";

/** The name that a shell completes: the bin's own. */
export const BIN_NAME = "offstreet-enforcement";

/** What a shell offers at one place: words, names of files, or nothing that it could know. */
export type Offer = "files" | "nothing" | readonly string[];

/** What a flag's value is offered. Absent: the flag takes none. */
export function offerOf({ type, choices, isInput, value }: FlagDefinition): Offer | undefined {
  if (type === "boolean") return undefined;
  if (choices !== undefined) return choices;
  return isInput === true || /file|folder|path/.test(value ?? "") ? "files" : "nothing";
}

/** What stands first on a command line, besides the commands, with what it does. */
export const FIRST_WORDS: ReadonlyMap<string, string> = new Map([
  ["help", "say what a command does"],
  ["--help", "list the commands"],
  ["--version", "print the version"],
]);

/** What a command is offered where no flag takes a value. */
export function offerOfOperand({ operands }: Command): Offer {
  if (operands === undefined) return "files";
  return operands.length === 0 ? "nothing" : operands;
}

/** The first sentence of a flag's help. */
export function summarise({ help }: Pick<FlagDefinition, "help">): string {
  const [sentence = ""] = help.split(/\.(?= |$)/);
  return sentence;
}

/** A text between apostrophes, as shells with the rules of POSIX read it. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

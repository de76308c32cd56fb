import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { rankCandidates } from "../core/names/closest-names.ts";
import type { FlagDefinitions, ParsedFlags } from "./command.ts";
import { describeValue } from "./help.ts";
import { UnusableInput } from "./unusable-input.ts";

/**
 * Parses a command's arguments. Messages name flags, never values: a value in the wrong place may be a secret.
 *
 * @throws UnusableInput in one line
 */
export function parseFlags(args: readonly string[], definitions: FlagDefinitions): ParsedFlags {
  const options: ParseArgsOptionsConfig = { help: { type: "boolean" } };
  for (const [name, { type, multiple = false }] of Object.entries(definitions))
    options[name] = { type, multiple };
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, string[]>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
    if (definition === undefined && name !== "help")
      throw new UnusableInput(unknownFlag(rawName, args[token.index] ?? rawName, definitions));
    if (definition?.type === "string" && (value === undefined || value === "")) {
      throw new UnusableInput(
        `--${name} needs a value: --${name} <${describeValue(definition) ?? "value"}>.`,
      );
    }
    if (definition?.type !== "string" && value !== undefined) {
      throw new UnusableInput(`--${name} takes no value.`);
    }
    if (definition?.type === "string" && value?.startsWith("--") && !token.inlineValue) {
      throw new UnusableInput(`--${name} needs a value, and another flag follows it.`);
    }
    const given = values.get(name) ?? [];
    if (given.length > 0 && definition?.multiple !== true && name !== "help") {
      throw new UnusableInput(`--${name} is given twice.`);
    }
    values.set(name, [...given, value ?? ""]);
  }
  const reading = Object.keys(definitions).filter((name) => definitions[name]?.isInput === true);
  return {
    operands,
    inputs: [...operands, ...reading.flatMap((name) => values.get(name) ?? [])],
    text: (name) => values.get(name)?.[0],
    texts: (name) => values.get(name) ?? [],
    isSet: (name) => values.has(name),
  };
}

/** The value of a flag that has a few. @throws UnusableInput naming them */
export function choose<Choice extends string>(
  flags: ParsedFlags,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = flags.text(name);
  if (value === undefined) return undefined;
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw new UnusableInput(`--${name} must be one of ${choices.join(", ")}.`);
  return choice;
}

/** The one operand that a command takes. @throws UnusableInput when there is none, or more */
export function onlyOperand({ operands }: ParsedFlags, what: string): string {
  const [operand] = operands;
  if (operand === undefined || operand.trim() === "") throw new UnusableInput(`Name the ${what}.`);
  if (operands.length > 1)
    throw new UnusableInput(`Name one ${what}; there are ${operands.length} arguments without a flag.`);
  return operand;
}

/** @param written as it stands on the command line: of `-format`, the parser sees `-f` */
function unknownFlag(rawName: string, written: string, definitions: FlagDefinitions): string {
  const names = Object.keys(definitions);
  const [bare = ""] = written.replace(/^-+/, "").split("=");
  const near = suggest(bare, [...names, "help"]);
  const known = names.map((name) => `--${name}`).join(", ");
  return `Flag ${rawName} is not known.${near === undefined ? ` Flags: ${known}.` : ` Did you mean --${near}?`}`;
}

/** The name that was meant, where one is close; capitals and underscores are no difference. */
export function suggest(written: string, names: readonly string[]): string | undefined {
  const folded = written.toLowerCase().replaceAll("_", "-");
  if (names.includes(folded)) return folded;
  return rankCandidates(folded, names, { limit: 1 })[0]?.name;
}

import type { Command, FlagDefinition } from "../command.ts";
import { BIN_NAME, FIRST_WORDS, type Offer, offerOf, offerOfOperand, summarise } from "./completed-words.ts";

/** A script for fish, from version 3.0 on. */
export function toFishScript(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name);
  const isFirst = "-n __fish_use_subcommand";
  const first = Array.from(FIRST_WORDS, ([word, does]) => {
    const what = word.startsWith("--") ? `-l ${word.slice(2)}` : `-a ${word}`;
    return `${isFirst} ${what} -d ${quoteForFish(does)}`;
  });
  const lines = [
    "-f",
    ...commands.map(({ name, summary }) => `${isFirst} -a ${name} -d ${quoteForFish(summary)}`),
    ...first,
    `-n ${quoteForFish("__fish_seen_subcommand_from help")} -a ${quoteForFish(names.join(" "))}`,
    ...commands.flatMap(toLines),
  ];
  return `# Completion for fish: ${BIN_NAME} completion fish | source
${lines.map((line) => `complete -c ${BIN_NAME} ${line}`).join("\n")}
`;
}

function toLines(command: Command): string[] {
  const condition = `-n ${quoteForFish(`__fish_seen_subcommand_from ${command.name}`)}`;
  const flags: [string, FlagDefinition][] = [
    ...Object.entries(command.flags),
    ["help", { type: "boolean", help: "This text." }],
  ];
  const operand = offerOfOperand(command);
  return [
    ...flags.map(([name, flag]) => {
      const offer = offerOf(flag);
      const value = offer === undefined ? "" : ` ${toValue(offer)}`;
      return `${condition} -l ${name}${value} -d ${quoteForFish(summarise(flag))}`;
    }),
    ...(operand === "nothing" ? [] : [`${condition} ${operand === "files" ? "-F" : toWords(operand)}`]),
  ];
}

function toValue(offer: Offer): string {
  if (offer === "files") return "-r -F";
  return offer === "nothing" ? "-x" : `-x ${toWords(offer)}`;
}

function toWords(words: readonly string[]): string {
  return `-a ${quoteForFish(words.join(" "))}`;
}

function quoteForFish(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}

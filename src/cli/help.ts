import type { Command, FlagDefinitions } from "./command.ts";

/** How the command line is run. By the bin's own name, npx would ask the registry for a package that is not this one. */
export const BIN = "npx @offstreet/enforcement";

/** What `npx @offstreet/enforcement --help` prints. */
export function describeBin(commands: readonly Command[]): string {
  return `Parking permits at the enforcement system that officers use

Usage: ${BIN} <command> [flags]

Commands:
${alignRows(commands.map(({ name, summary }) => [name, summary]))}

${BIN} <command> --help tells more, with examples. --version prints the version.
`;
}

/** What `npx @offstreet/enforcement <command> --help` prints. */
export function describeCommand({ name, summary, usage, notes, flags, examples }: Command): string {
  return `${name}: ${summary}

Usage: ${BIN} ${name} ${usage} [flags]

${notes.join("\n")}

Flags:
${alignRows([...toRows(flags), ["--help", "This text."]])}

Examples:
${examples.map(({ run, does }) => `  # ${does}\n  ${BIN} ${run}`).join("\n")}
`;
}

function toRows(flags: FlagDefinitions): [string, string][] {
  return Object.entries(flags).map(([name, { value, help }]) => [
    value === undefined ? `--${name}` : `--${name} <${value}>`,
    help,
  ]);
}

const [LEFT_COLUMN, LINE] = [28, 110];

/** Two columns. An entry that is too wide for its own has its text in the next line. */
function alignRows(rows: readonly (readonly [string, string])[]): string {
  const width = Math.min(LEFT_COLUMN, Math.max(...rows.map(([left]) => left.length)));
  const indent = `\n${" ".repeat(width + 4)}`;
  return rows
    .map(([left, right]) => {
      const text = wrap(right, LINE - width - 4).join(indent);
      return left.length > width ? `  ${left}${indent}${text}` : `  ${left.padEnd(width)}  ${text}`;
    })
    .join("\n");
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

import type { Command, FlagDefinition, FlagDefinitions, Screen } from "./command.ts";
import { wrap } from "./terminal/wrap.ts";

/** How the command line is run. By the bin's own name, npx would ask the registry for a package that is not this one. */
export const BIN = "npx @offstreet/enforcement";

/** What `npx @offstreet/enforcement --help` prints. */
export function describeBin(commands: readonly Command[], screen: Screen): string {
  return `${wrap("Parking permits at the enforcement system that officers use", screen)}

${wrap(`Usage: ${BIN} <command> [flags]`, { width: screen.width, hang: "  " })}

Commands:
${alignRows(
  commands.map(({ name, summary }) => [name, summary]),
  screen,
)}

${wrap(`${BIN} <command> --help tells more, with examples.`, screen)}
--version prints the version.
`;
}

/** What `npx @offstreet/enforcement <command> --help` prints. A command in an example is never broken: it is there to be copied. */
export function describeCommand(
  { name, summary, usage, notes, flags, examples }: Command,
  screen: Screen,
): string {
  const { width } = screen;
  return `${wrap(`${name}: ${summary}`, { width, hang: "  " })}

${wrap(`Usage: ${BIN} ${name} ${usage} [flags]`, { width, hang: "  " })}

${notes.map((note) => wrap(note, { width, hang: "  " })).join("\n")}

Flags:
${alignRows([...toRows(flags), ["--help", "This text."]], screen)}

Examples:
${examples.map(({ run, does }) => `${wrap(does, { width, indent: "  # ", hang: "  # " })}\n  ${BIN} ${run}`).join("\n")}
`;
}

function toRows(flags: FlagDefinitions): [string, string][] {
  return Object.entries(flags).map(([name, flag]) => {
    const value = describeValue(flag);
    return [value === undefined ? `--${name}` : `--${name} <${value}>`, flag.help];
  });
}

/** What a flag's value is called: its choices, or a word for it. */
export function describeValue({ value, choices }: FlagDefinition): string | undefined {
  return choices?.join("|") ?? value;
}

const LEFT_COLUMN = 28;
const LEAST_RIGHT_COLUMN = 32;

/**
 * Two columns. An entry that is too wide for its own has its text in the next line; on a narrow screen each has it there.
 */
function alignRows(rows: readonly (readonly [string, string])[], { width }: Screen): string {
  const left = Math.min(LEFT_COLUMN, Math.max(...rows.map(([entry]) => entry.length)));
  const isNarrow = width - left - 4 < LEAST_RIGHT_COLUMN;
  const indent = " ".repeat(isNarrow ? 6 : left + 4);
  return rows
    .map(([entry, text]) =>
      isNarrow || entry.length > left
        ? `  ${entry}\n${wrap(text, { width, indent })}`
        : wrap(text, { width, indent: `  ${entry.padEnd(left)}  `, hang: indent }),
    )
    .join("\n");
}

import { existsSync, readFileSync, writeFileSync } from "node:fs";

const PAGE = new URL("../../docs/benchmarks.md", import.meta.url);

const INTRODUCTION = `# Benchmarks

Every figure here was written by the command that stands above it; none was typed. Ratios were measured side by side in
one run, in interleaved rounds, beside an A/A control: the same server twice. What a ratio has to reach, it has to
reach less the control's own spread.
`;

/** Writes one section of docs/benchmarks.md, in place of the one with its title, or at the end. */
export function writeSection(title: string, text: string): void {
  const page = existsSync(PAGE) ? readFileSync(PAGE, "utf8") : INTRODUCTION;
  const [introduction = "", ...sections] = page.split(/^(?=## )/m);
  const section = `## ${title}\n\n${text.trim()}\n`;
  const at = sections.findIndex((present) => present.startsWith(`## ${title}\n`));
  if (at === -1) sections.push(section);
  else sections[at] = section;
  writeFileSync(PAGE, `${[introduction, ...sections].map((part) => part.trimEnd()).join("\n\n")}\n`);
}

import { existsSync, readFileSync, writeFileSync } from "node:fs";

const PAGE = new URL("../../docs/benchmarks.md", import.meta.url);

const INTRODUCTION = `# Benchmarks

The command above each section has written its figures. Ratios are measured side by side in one run, in interleaved
rounds, beside an A/A control, which compares a contender with itself. A ratio reaches its target when it is at least the
target less the spread of the control.
`;

/**
 * Writes one section of docs/benchmarks.md, in place of the one with its title, or at the end. Every other section stays
 * unchanged.
 */
export function writeSection(title: string, text: string, page: URL | string = PAGE): void {
  const before = existsSync(page) ? readFileSync(page, "utf8") : INTRODUCTION;
  writeFileSync(page, withSection(before, title, text));
}

/** The page with this section in it. */
export function withSection(page: string, title: string, text: string): string {
  const [introduction = "", ...sections] = page.split(/^(?=## )/m);
  // A heading inside the text would begin a section of its own, which the next run would not replace.
  if (/^##? /m.test(text)) throw new Error(`Section "${title}": headings inside it must be ### or below.`);
  const section = `## ${title}\n\n${text.trim()}\n`;
  const at = sections.findIndex((present) => present.startsWith(`## ${title}\n`));
  if (at === -1) sections.push(section);
  else sections[at] = section;
  return `${[introduction, ...sections].map((part) => part.trimEnd()).join("\n\n")}\n`;
}

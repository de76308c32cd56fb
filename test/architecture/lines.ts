import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import ts from "typescript";

// Prints the lines of code of a source folder, without blank lines and comments, by folder and in all. Apart from it: how
// many of them exist because the formatter puts the keys of a literal, a pattern or an import on lines of their own.
// `npm run lines` starts it; `npm run lines -- ../other/src` counts another folder.

interface Count {
  readonly code: number;
  readonly expanded: number;
}

const folder = resolve(process.argv[2] ?? "src");

function countLines(path: string): Count {
  const text = readFileSync(path, "utf8");
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const lineAt = (position: number) => file.getLineAndCharacterOfPosition(position).line;
  const code = new Set<number>();
  const joined = new Set<number>();

  function visit(node: ts.Node): void {
    // TypeScript keeps doc comments as nodes.
    if (ts.isJSDoc(node)) return;
    const [first, last] = [lineAt(node.getStart(file)), lineAt(node.getEnd())];
    const children = node.getChildren(file);
    // A token. It may span several lines, as a template does.
    if (children.length === 0) for (let line = first; line <= last; line += 1) code.add(line);
    if (isList(node) && !holdsStatements(node))
      for (let line = first + 1; line <= last; line += 1) joined.add(line);
    for (const child of children) visit(child);
  }
  visit(file);
  // The end of the file is a token of its own.
  if (text.endsWith("\n")) code.delete(lineAt(text.length));
  return { code: code.size, expanded: [...joined].filter((line) => code.has(line)).length };
}

function isList(node: ts.Node): boolean {
  return (
    ts.isObjectLiteralExpression(node) ||
    ts.isArrayLiteralExpression(node) ||
    ts.isObjectBindingPattern(node) ||
    ts.isNamedImports(node) ||
    ts.isNamedExports(node)
  );
}

/** Whether a literal holds functions: their lines are not the formatter's expansion. */
function holdsStatements(node: ts.Node): boolean {
  return ts.isBlock(node) || node.getChildren().some(holdsStatements);
}

const counts = new Map<string, Count>();
for (const path of globSync("**/*.ts", { cwd: folder })) {
  const name = path.includes("/") ? (path.split("/")[0] ?? "") : ".";
  const { code, expanded } = countLines(resolve(folder, path));
  const before = counts.get(name) ?? { code: 0, expanded: 0 };
  counts.set(name, { code: before.code + code, expanded: before.expanded + expanded });
}
const all = [...counts.values()].reduce((sum, one) => ({
  code: sum.code + one.code,
  expanded: sum.expanded + one.expanded,
}));
for (const [name, { code, expanded }] of [...counts].sort()) {
  console.log(`${name.padEnd(10)} ${String(code).padStart(6)} ${String(expanded).padStart(6)}`);
}
console.log(
  `in all     ${String(all.code).padStart(6)} lines of code, ${all.expanded} of them by the formatter's expansion: ${all.code - all.expanded} without`,
);

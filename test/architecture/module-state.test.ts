import { globSync, readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";

/**
 * What may stay, and why. Two instances of this package in one process, two handlers or two syncs, know nothing of each
 * other: everything else that changes belongs to what a factory creates.
 */
const EXCEPTIONS: Record<string, string> = {
  "src/core/iterables.ts: used": "marks the host's iterators, which are the host's to write to, and is weak",
  "src/core/directory/copy-answers.ts: companyCopies":
    "copies of the host's objects, each compared with its object before it is used, and weak",
  "src/core/directory/copy-answers.ts: locationCopies": "likewise",
  "src/vendors/t2-flex/dialects/iris/iris.ts: messages":
    "the parsed body of a request, which three functions of the dialect read in turn, and weak",
  "src/setup/evidence/file-evidence.ts: lastWrites":
    "a file is one for the whole process, so stores of one path take turns",
  "src/vendors/t2-flex/dialects/iris/xml-body.ts: parser":
    "holds its options alone; a parse leaves nothing in it",
  "src/vendors/t2-flex/sandbox/iris.ts: parser": "likewise",
  "src/cli/main.ts: stop": "the program itself, of which a process has one",
  "src/sync/sqlite/sqlite-check-thread.ts: database": "the program of a thread, which has one database",
  "src/sync/postgres/connect/errors.ts: lockTimeouts": "marks errors that this file created, and is weak",
  "src/sync/postgres/connect/errors.ts: silences": "likewise",
};

/** Constructors whose objects hold no state, or none unless a function of the file writes it. */
const STATELESS = new Set(["Error", "RegExp", "TextEncoder", "TextDecoder", "Date", "URL", "Map", "Set"]);
const WEAK = new Set(["WeakMap", "WeakSet", "WeakRef"]);
const MUTATORS = new Set(
  "set add delete clear push pop shift unshift splice sort reverse fill copyWithin exec test".split(" "),
);

describe("no module of src holds state that changes", () => {
  it("except the named ones", () => {
    const found = globSync("src/**/*.ts").flatMap((path) =>
      statesIn(path, readFileSync(path, "utf8")).map((name) => `${path}: ${name}`),
    );
    expect(found.toSorted()).toEqual(Object.keys(EXCEPTIONS).toSorted());
  });

  it.each([
    ["let", "let count = 0;", ["count"]],
    ["var", "var count = 0;", ["count"]],
    [
      "a map that a function writes",
      "const known = new Map();\nfunction add() { known.set(1, 2); }",
      ["known"],
    ],
    [
      "a list that a function extends",
      "const list: string[] = [];\nconst add = () => list.push('a');",
      ["list"],
    ],
    ["an object that a function writes", "const last = { at: 0 };\nfunction f() { last.at = 1; }", ["last"]],
    ["an element", "const row = new Uint8Array(3);\nfunction f() { row[0] += 1; }", ["row"]],
    ["a property that is deleted", "const o: any = {};\nfunction f() { delete o.a; }", ["o"]],
    ["a weak map, wherever it lies", "const kind = { copies: new WeakMap() };", ["kind"]],
    ["an object of a class", "class Timer {}\nexport const timer = new Timer();", ["timer"]],
    [
      "a pattern with a place",
      "const WORD = /a/g;\nfunction f(t: string) { return WORD.exec(t); }",
      ["WORD"],
    ],
    ["a static field", "class Count { static total = 0; }", ["Count.total"]],
    [
      "what is written through `Object.assign`",
      "const o = {};\nfunction f() { Object.assign(o, {}); }",
      ["o"],
    ],
    ["nothing: a table", "const table = new Map([[1, 2]]);\nfunction f() { return table.get(1); }", []],
    [
      "nothing: a name that a function has for its own",
      "const a = [];\nfunction f() { const a = []; a.push(1); }",
      [],
    ],
    ["nothing: a parameter", "const a = [];\nfunction f(a: any[]) { a.push(1); }", []],
    [
      "nothing: what a factory creates",
      "function create() { const m = new Map(); m.set(1, 2); return m; }",
      [],
    ],
    [
      "nothing: a pattern that only replaces",
      "const W = /a/g;\nfunction f(t: string) { return t.replace(W, ''); }",
      [],
    ],
    ["nothing: a static constant", "class Count { static readonly most = 3; }", []],
  ])("finds %s", (_, text, names) => {
    expect(statesIn("example.ts", text)).toEqual(names);
  });
});

/** Names of a module's own variables that change, or whose content does. */
function statesIn(path: string, text: string): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const containers = new Map<string, ts.Expression>();
  const states: string[] = [];
  for (const statement of source.statements) {
    if (ts.isClassDeclaration(statement)) states.push(...staticStatesOf(statement));
    if (!ts.isVariableStatement(statement)) continue;
    const isConst = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
    const isAmbient = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) === true;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (!isConst && !isAmbient) states.push(...namesOf(name));
      else if (initializer !== undefined && createsState(initializer)) states.push(...namesOf(name));
      else if (initializer !== undefined && ts.isIdentifier(name)) containers.set(name.text, initializer);
    }
  }
  const written = new Set<string>();
  visit(source);
  return [...states, ...written];

  function visit(node: ts.Node): void {
    const target = targetOf(node);
    if (target !== undefined && isOfModule(target)) written.add(target.text);
    ts.forEachChild(node, visit);
  }

  function isOfModule(identifier: ts.Identifier): boolean {
    const initializer = containers.get(identifier.text);
    if (initializer === undefined || isShadowed(identifier)) return false;
    // A pattern keeps a position only when it is global or sticky.
    const value = unwrap(initializer);
    return !ts.isRegularExpressionLiteral(value) || /\/[a-z]*[gy][a-z]*$/.test(value.text);
  }
}

function staticStatesOf({ name, members }: ts.ClassDeclaration): string[] {
  return members.flatMap((member) => {
    if (!ts.isPropertyDeclaration(member)) return [];
    const kinds = member.modifiers?.map(({ kind }) => kind) ?? [];
    const isState =
      kinds.includes(ts.SyntaxKind.StaticKeyword) && !kinds.includes(ts.SyntaxKind.ReadonlyKeyword);
    return isState ? [`${name?.text}.${member.name.getText()}`] : [];
  });
}

/** Whether a module's expression creates something that exists to change: a weak collection, or an object of a class. */
function createsState(node: ts.Node): boolean {
  if (ts.isFunctionLike(node) || ts.isClassExpression(node)) return false;
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression)) {
    const { text } = node.expression;
    if (WEAK.has(text)) return true;
    if (!STATELESS.has(text) && !text.endsWith("Array") && !text.endsWith("Error")) return true;
  }
  return ts.forEachChild(node, (child) => createsState(child) || undefined) === true;
}

/** The variable that a node writes to, or into: `x` in `x.add(1)`, `x.a.b = 1`, `x[0] += 1`, `delete x.a`. */
function targetOf(node: ts.Node): ts.Identifier | undefined {
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    const isAssignment = kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
    return isAssignment ? rootOf(node.left) : undefined;
  }
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    const { PlusPlusToken, MinusMinusToken } = ts.SyntaxKind;
    return node.operator === PlusPlusToken || node.operator === MinusMinusToken
      ? rootOf(node.operand)
      : undefined;
  }
  if (ts.isDeleteExpression(node)) return rootOf(node.expression);
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  const { expression, name } = node.expression;
  if (expression.getText() === "Object" && name.text === "assign") return rootOf(node.arguments[0]);
  return MUTATORS.has(name.text) ? containerOf(expression, name.text) : undefined;
}

/** `test` and `exec` change nothing except the pattern that they are called on. */
function containerOf(expression: ts.Expression, method: string): ts.Identifier | undefined {
  if (method !== "test" && method !== "exec") return rootOf(expression);
  return ts.isIdentifier(expression) && initializerIsPattern(expression) ? expression : undefined;
}

function initializerIsPattern(identifier: ts.Identifier): boolean {
  return identifier
    .getSourceFile()
    .statements.filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .some(
      ({ name, initializer }) =>
        name.getText() === identifier.text &&
        initializer !== undefined &&
        ts.isRegularExpressionLiteral(unwrap(initializer)),
    );
}

function rootOf(node: ts.Node | undefined): ts.Identifier | undefined {
  if (node === undefined) return undefined;
  if (ts.isIdentifier(node)) return node;
  const isPath =
    ts.isPropertyAccessExpression(node) ||
    ts.isElementAccessExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node);
  return isPath ? rootOf(node.expression) : undefined;
}

function unwrap(node: ts.Expression): ts.Expression {
  return ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node)
    ? unwrap(node.expression)
    : node;
}

/** Whether a function or a block between a name and its module declares the same name. */
function isShadowed(identifier: ts.Identifier): boolean {
  for (let scope: ts.Node = identifier.parent; !ts.isSourceFile(scope); scope = scope.parent) {
    if (
      ts.isFunctionLike(scope) &&
      scope.parameters.some(({ name }) => namesOf(name).includes(identifier.text))
    ) {
      return true;
    }
    const declarations = declarationsIn(scope);
    if (declarations.some(({ name }) => namesOf(name).includes(identifier.text))) return true;
  }
  return false;
}

function declarationsIn(scope: ts.Node): ts.VariableDeclaration[] {
  if (ts.isBlock(scope)) {
    return scope.statements
      .filter(ts.isVariableStatement)
      .flatMap(({ declarationList }) => [...declarationList.declarations]);
  }
  const isLoop = ts.isForStatement(scope) || ts.isForOfStatement(scope) || ts.isForInStatement(scope);
  const list = isLoop ? scope.initializer : undefined;
  return list !== undefined && ts.isVariableDeclarationList(list) ? [...list.declarations] : [];
}

function namesOf(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : namesOf(element.name)));
}

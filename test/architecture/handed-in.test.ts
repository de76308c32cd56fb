import { globSync, readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";

/**
 * The only files that use the machine's clock, timers or randomness themselves, and why. Every other file is handed them, so
 * that a test decides how time passes. Ids and secrets, which `crypto` makes, are no part of this.
 */
const ALLOWED: Record<string, string> = {
  "src/core/clock.ts: new Date()": "the default of every option `clock`",
  "src/core/timers.ts: performance.now": "the default of what waits or measures",
  "src/core/timers.ts: setTimeout": "likewise",
  "src/core/sandbox-overlap.ts: setTimeout":
    "one turn of the event loop where there is no setImmediate; kept from before a test replaces the timers",
  "src/http/options.ts: Math.random": "the default that createHttpClient is handed for its pauses",
  "src/sync/pace/timers.ts: performance.now":
    "the defaults that durable sync is handed: its timers and the event loop",
  "src/sync/pace/timers.ts: setTimeout": "likewise",
  "src/sync/permit-sync.ts: Math.random": "the default that createPermitSync hands on",
  "src/sync/postgres/postgres-ledger.ts: Math.random": "the default that createPostgresLedger hands on",
  "src/sync/postgres/postgres-ledger.ts: new Date()": "the default that postgresLedger hands on",
  "src/sync/postgres/database-clock.ts: performance.now": "the default of DatabaseClock, which tests replace",
  "src/sync/postgres/connect/bounded-pool.ts: performance.now":
    "puts answers of connections into an order; the instants are compared with each other alone",
  "src/sync/postgres/connect/connection.ts: Math.random":
    "a pause of at most 0.4 seconds before a statement is repeated, which the host's pool has no timers for",
  "src/sync/postgres/connect/connection.ts: setTimeout": "likewise",
  "src/sync/sqlite/thread/overwrite.ts: performance.now":
    "ends a step in the writer's thread, to which only messages can be handed",
};

describe("clock, timers and randomness are handed in", () => {
  it("except in the named files", () => {
    const found = globSync("src/**/*.ts").flatMap((path) =>
      usedIn(readFileSync(path, "utf8")).map((use) => `${path}: ${use}`),
    );
    expect(found.toSorted()).toEqual(Object.keys(ALLOWED).toSorted());
  });

  it.each([
    ["the clock", "const now = new Date();", ["new Date()"]],
    ["the clock without parentheses", "const now = new Date;", ["new Date()"]],
    ["the clock as a number", "const now = Date.now();", ["Date.now"]],
    ["a clock that is passed on", "read({ clock: Date.now });", ["Date.now"]],
    ["elapsed time", "const { now } = performance; const at = performance.now();", ["performance.now"]],
    ["randomness", "const random = Math.random;", ["Math.random"]],
    ["a timer", "setTimeout(f, 1); setTimeout(g, 2);", ["setTimeout"]],
    ["a timer of globalThis", "globalThis.setInterval(f, 1);", ["setInterval"]],
    ["a timer of a module", 'import { setTimeout as sleep } from "node:timers/promises";', ["setTimeout"]],
    ["nothing: an instant that is given", "const at = new Date(0); const b = new Date(text);", []],
    ["nothing: a comment or a text", '// setTimeout, Date.now()\nconst text = "Math.random";', []],
    ["nothing: other members", "Math.round(1); clock.now(); Date.parse(text);", []],
  ])("finds %s", (_, text, uses) => {
    expect(usedIn(text)).toEqual(uses);
  });
});

const MEMBERS = new Set(["Math.random", "Date.now", "performance.now"]);
const TIMERS = new Set(["setTimeout", "setInterval"]);

/** What a module uses of the machine's clock, timers and randomness, each once, in order. */
function usedIn(text: string): string[] {
  const source = ts.createSourceFile("module.ts", text, ts.ScriptTarget.Latest, true);
  const uses = new Set<string>();
  visit(source);
  return [...uses].sort();

  function visit(node: ts.Node): void {
    if (ts.isPropertyAccessExpression(node) && MEMBERS.has(node.getText())) uses.add(node.getText());
    if (ts.isIdentifier(node) && TIMERS.has(node.text)) uses.add(node.text);
    if (ts.isNewExpression(node) && node.expression.getText() === "Date" && !node.arguments?.length) {
      uses.add("new Date()");
    }
    ts.forEachChild(node, visit);
  }
}

import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

const PACKAGES = ["express", "fastify", "@hono/node-server", "@whatwg-node/server"];

/** Where and with what it was measured, in one line. */
export function describeMachine(measuredWith: readonly string[] = PACKAGES): string {
  const processors = cpus();
  const memory = `${Math.round(totalmem() / 1024 ** 3)} GB`;
  const packages = measuredWith.map((name) => `${name} ${versionOf(name)}`);
  return [
    `${processors.length} cores (${processors[0]?.model.trim() ?? "unknown"}), ${memory}`,
    [`Node ${process.versions.node}`, ...packages].join(", "),
  ].join("; ");
}

function versionOf(name: string): string {
  const path = new URL(`../../../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";

const repository = resolve(import.meta.dirname, "../..");

/** Lets these hosts import the built library by its name. */
export function setup(): void {
  if (!existsSync(join(repository, "dist/index.js"))) throw new Error("dist is missing; run: npm run build");
  const scope = join(import.meta.dirname, "node_modules/@offstreet");
  mkdirSync(scope, { recursive: true });
  rmSync(join(scope, "enforcement"), { force: true });
  symlinkSync(repository, join(scope, "enforcement"));
}

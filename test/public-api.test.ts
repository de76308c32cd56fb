import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

// Host applications import these names. One that goes, or comes, is a change that they notice: it needs a changeset.
const entries: Record<string, () => Promise<object>> = {
  ".": () => import("../src/index.ts"),
  "./node": () => import("../src/lookup/node.ts"),
  "./express": () => import("../src/lookup/express.ts"),
  "./fastify": () => import("../src/lookup/fastify.ts"),
  "./sqlite": () => import("../src/sync/sqlite.ts"),
  "./postgres": () => import("../src/sync/postgres.ts"),
  "./sandbox": () => import("../src/sandbox/index.ts"),
  "./testing": () => import("../src/testing/index.ts"),
  "./passport": () => import("../src/vendors/passport/index.ts"),
  "./hotspot": () => import("../src/vendors/hotspot/index.ts"),
  "./t2-flex": () => import("../src/vendors/t2-flex/index.ts"),
};

describe("public names", () => {
  it.each(Object.keys(entries))("of %s", async (entry) => {
    expect(Object.keys((await entries[entry]?.()) ?? {}).sort()).toMatchSnapshot();
  });

  it("are those of the entries that package.json has", () => {
    const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
      exports: Record<string, unknown>;
    };
    const vendors = ["./passport", "./hotspot", "./t2-flex"];
    const declared = Object.keys(exports).flatMap((entry) => {
      if (entry === "./package.json") return [];
      return entry === "./*" ? vendors : [entry];
    });
    expect(new Set(declared)).toEqual(new Set(Object.keys(entries)));
  });
});

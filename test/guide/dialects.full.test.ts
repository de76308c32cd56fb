import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDocumentedProject, type DocumentedProject } from "../support/documented-project.ts";

let project: DocumentedProject;

beforeAll(() => {
  project = createDocumentedProject("docs/guide/dialects.md", []);
});
afterAll(() => project?.remove());

describe("the guide to dialects", () => {
  it("compiles in a strict project", async () => {
    expect(await project.compile()).toBe("");
  });

  it("prints the output that it documents", async () => {
    const promised = /```text\n(.*?)```/s.exec(readFileSync("docs/guide/dialects.md", "utf8"))?.[1];
    const { stdout } = await project.run("main.ts");
    expect(stdout).toBe(promised);
  });

  it("has a dialect that passes the suite of pull providers, as its test shows", async () => {
    const { stdout } = await project.run("text-dialect.test.ts", { nodeArguments: ["--test"] });
    expect(stdout).toMatch(/pass 18\n.*fail 0\n/s);
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SITUATIONS } from "../sync/explain/situations.ts";

const guide = readFileSync("docs/guide/where-is-my-permit.md", "utf8");
const [, part = ""] = guide.split(/^## Answers, one by one$/m);
const sections = (part.split(/^## /m)[0] ?? "").split(/^### /m).slice(1);
const titleOf = (section: string) => section.slice(0, section.indexOf("\n"));
const answerIn = (section: string) => /^```text\n(.*?)^```$/ms.exec(section)?.[1];

describe("the guide's answers, one by one", () => {
  it("are one of each kind", () => {
    expect(sections.map(titleOf)).toEqual(SITUATIONS.map(({ title }) => title));
  });

  it.each(SITUATIONS)("$title: what sync says is what the page shows", async ({ title, explain }) => {
    const { sentences } = await explain();
    const shown = answerIn(sections.find((section) => titleOf(section) === title) ?? "");
    expect(`${sentences.join("\n")}\n`).toBe(shown);
  });

  it.each(sections.map((section) => [titleOf(section), section]))(
    "%s: the page says what is wrong and who can mend it",
    (_, section) => {
      const labels = [...section.matchAll(/^\*\*([^*]+)\.\*\* \S/gm)].map(([, label]) => label);
      expect(labels).toEqual(["What it means", "Who can mend it"]);
    },
  );
});

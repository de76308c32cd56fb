import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const HEADINGS = [
  ...["What it is", "What you need", "Set-up", "Mapping", "Go-live test", "What we send / answer"],
  ...["Errors", "What is unpublished"],
];

const headings = (page: string) =>
  [...readFileSync(page, "utf8").matchAll(/^## (.*)$/gm)].map(([, text = ""]) =>
    // Push vendors get requests, pull vendors get answers.
    text.replace(/^What we (send|answer)$/, "What we send / answer"),
  );

describe("the pages of the vendors", () => {
  it("exist once for each vendor", () => {
    const pages = globSync("docs/vendors/*.md").map((page) => basename(page, ".md"));
    const vendors = readdirSync("src/vendors", { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(pages.sort()).toEqual(vendors.map(({ name }) => name).sort());
  });

  it.each(globSync("docs/vendors/*.md"))("have equal headings (%s)", (page) => {
    expect(headings(page)).toEqual(HEADINGS);
  });

  it.each(globSync("docs/{guide,vendors}/*.md"))("link only to existing files and headings (%s)", (page) => {
    const text = readFileSync(page, "utf8");
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
    const dead = links
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => {
        const [path = "", anchor] = link.split("#");
        const target = path === "" ? page : join(dirname(page), path);
        if (!existsSync(target)) return true;
        return anchor !== undefined && !anchorsOf(readFileSync(target, "utf8")).has(anchor);
      });
    expect(dead).toEqual([]);
  });
});

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): Set<string> {
  const titles = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) => title);
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replace(/ /g, "-"),
    ),
  );
}

import { describe, expect, it } from "vitest";
import { escapeMarkdown } from "../../src/cli/report/markdown.ts";
import { toVisible } from "../../src/cli/report/visible.ts";
import { command, fixture } from "./command-line.ts";

const report = async (format: string) =>
  (await command(["check", fixture("hostile.json"), "--format", format])).stdout;

describe("malicious names", () => {
  it("stay text in HTML: no element, no attribute, no link of theirs", async () => {
    const html = await report("html");
    const tags = [...html.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map((match) => match[1]?.toLowerCase());
    expect(new Set(tags)).toEqual(
      new Set(
        [
          ...[
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "main",
            "header",
            "section",
            "div",
            "ol",
            "li",
          ],
          "h1",
          "h2",
          "h3",
          "p",
          "dl",
          "dt",
          "dd",
          "span",
          "mark",
          "b",
          ...["details", "summary", "table", "tbody", "tr", "th", "td"],
        ].filter((tag) => tags.includes(tag)),
      ),
    );
    expect(html).toContain("&lt;img src=x onerror=&quot;");
    expect(html.match(/<[^>]*\son[a-z]+\s*=/i)).toBeNull();
    expect(html).not.toMatch(/<[^>]*\s(src|href|style)\s*=/i);
    expect(html).toContain("default-src 'none'");
  });

  it("stay text in markdown", async () => {
    const markdown = await report("markdown");
    expect(markdown).not.toMatch(/<(?!br)[a-z/]/i);
    expect(markdown).not.toMatch(/^# Heading/m);
    expect(markdown).not.toMatch(/(?<!\\)\]\(/);
    expect(markdown).not.toContain("@everyone");
  });

  it("do not move a terminal's cursor or reverse its lines", async () => {
    for (const format of ["text", "markdown", "html", "json"]) {
      const shown = (await report(format)).replaceAll("\n", "");
      expect(toVisible(shown)).toBe(shown);
    }
    expect(await report("text")).toContain("[U+001B][2Jclear");
  });

  it("are unchanged in JSON", async () => {
    const { reports } = JSON.parse(await report("json"));
    const ids = reports[0].issues.map(({ locationId }: { locationId: string }) => locationId);
    expect(ids).toContain("a' onmouseover='document.title=1");
  });
});

describe("markdown", () => {
  it.each([
    ["# no heading", "\\# no heading"],
    ["- no list", "\\- no list"],
    ["1. no list", "1\\. no list"],
    ["a_b *c* `d`", "a\\_b \\*c\\* \\`d\\`"],
    ["<b> & co", "&lt;b&gt; &amp; co"],
    ["https://example.test www.example.test", "https&#58;//example.test www&#46;example.test"],
    ["Lot-101 (P2)", "Lot-101 (P2)"],
  ])("%s", (text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });
});

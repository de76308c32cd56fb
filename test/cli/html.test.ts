import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command, createWorkspace } from "./command-line.ts";
import { createHealthyLocation, type HealthyLocation } from "./healthy-location.ts";

const workspace = createWorkspace();
let healthy: HealthyLocation;
beforeAll(async () => {
  healthy = await createHealthyLocation(workspace);
});
afterAll(async () => {
  await healthy?.close();
  workspace.remove();
});

/** What a page shows before anything is unfolded: closed details leave their summary. */
const unfolded = (html: string) =>
  html.replace(/<details(?![^>]*\sopen)[^>]*>(<summary>.*?<\/summary>).*?<\/details>/gs, "$1");
const count = (html: string, part: string) => html.split(part).length - 1;

describe("a page of one healthy location", () => {
  it.each(["check", "test-plate", "readiness"] as const)(
    "shows numbers and the verdict, and folds everything else (%s)",
    async (name) => {
      const { html } = healthy.reports[name];
      const shown = unfolded(html);
      expect(count(html, '<li class="item good">')).toBeGreaterThanOrEqual(name === "check" ? 0 : 1);
      expect(count(shown, '<li class="item good">')).toBe(0);
      expect(html).not.toMatch(/<details[^>]*\sopen/);
      expect(count(html, "<details")).toBe(count(html, "<summary>"));
      expect(html).not.toContain("<script");
      expect(html).not.toMatch(/<[^>]*\s(src|href)\s*=/);
    },
  );

  it("says how much is in order, where a reader can unfold it", () => {
    expect(unfolded(healthy.reports["test-plate"].html)).toContain("<summary>1 in order</summary>");
    expect(unfolded(healthy.reports.readiness.html)).toMatch(/<summary>[5-9] in order<\/summary>/);
  });
});

describe("a page with something to do", () => {
  it("shows what is missing first, open, and the e-mail that asks for it folded", async () => {
    const { stdout } = await command(["readiness", healthy.mapping, "--format", "html"]);
    const shown = unfolded(stdout);
    const marks = [...shown.matchAll(/<li class="item (\w+)">/g)].map(([, mark]) => mark);
    expect(marks).toContain("bad");
    expect(marks).not.toContain("good");
    const [needed = ""] = shown.split('<h3 class="group">Locations');
    const ofNeeds = [...needed.matchAll(/<li class="item (\w+)">/g)].map(([, mark = ""]) => mark);
    const order = ["bad", "attention", "open"];
    expect(ofNeeds).toEqual(ofNeeds.toSorted((one, other) => order.indexOf(one) - order.indexOf(other)));
    expect(stdout).toContain('<summary>E-mail, ready to send</summary><pre class="letter">');
    expect(shown).not.toContain('<pre class="letter">');
  });

  it("shows the vendor with errors before the vendor in order", async () => {
    const file = workspace.write(
      "two.yaml",
      `company: { id: c, name: C, providers: { t2-flex: { enabled: true }, hotspot: { enabled: true } } }
locations: [{ id: a, name: A, providers: { t2-flex: { enabled: true }, hotspot: { enabled: true, target: 7 } } }]
vendors: { t2-flex: { stations: [{ description: A, stationLocation: A, zone: A }] }, hotspot: { spotIds: [8] } }
`,
    );
    const { stdout } = await command(["check", file, "--format", "html"]);
    expect([...stdout.matchAll(/<h2>(.*?) </g)].map(([, title]) => title)).toEqual(["HotSpot", "T2 Flex"]);
    const text = (await command(["check", file])).stdout;
    expect(text.indexOf("T2 Flex")).toBeLessThan(text.indexOf("HotSpot"));
  });

  it("puts one mistake at many locations into one table, a row each, and what to do once", async () => {
    const rows = [1, 2, 3].map((number) => `l${number},Lot ${number},`).join("\n");
    const table = workspace.write("many.csv", `id,name,hotspot.target\n${rows}\nl4,Lot 4,7\n`);
    const enabled = workspace.write(
      "many-enabled.csv",
      "id,name,hotspot.enabled,hotspot.target\nl1,Lot 1,true,\nl2,Lot 2,true,\nl3,Lot 3,true,\nl4,Lot 4,true,7\n",
    );
    const of = async (file: string) =>
      (await command(["check", file, "--company", "C", "--format", "html"])).stdout;
    expect(await of(table)).not.toContain("<table>");
    const html = await of(enabled);
    expect(count(html, "<table>")).toBe(1);
    expect(count(html, '<span class="code">target_missing</span>')).toBe(1);
    expect(html).toContain('<span class="mark">error × 3</span>');
    const names = [...html.matchAll(/<tr><th scope="row">(.*?) <span class="id">(.*?)</g)];
    expect(names.map(([, name, id]) => [name, id])).toEqual(
      [1, 2, 3].map((one) => [`Lot ${one}`, `l${one}`]),
    );
    expect([...html.matchAll(/many-enabled\.csv:(\d+)<\/p>/g)].map(([, line]) => line)).toEqual([
      "2",
      "3",
      "4",
    ]);
    expect(count(html, "<b>What to do</b>")).toBe(1);
  });

  it("keeps what to do in its row where it differs", async () => {
    const file = workspace.write(
      "near.yaml",
      `company: { id: c, name: C, providers: { t2-flex: { enabled: true } } }
locations:
  - { id: a, name: North Lot, providers: { t2-flex: { enabled: true } } }
  - { id: b, name: South Deck, providers: { t2-flex: { enabled: true } } }
vendors: { t2-flex: { stations: [{ description: north lot, stationLocation: N }, { description: South  Deck, stationLocation: S }] } }
`,
    );
    const { stdout } = await command(["check", file, "--format", "html"]);
    const [, table = ""] = /<table>(.*?)<\/table>/s.exec(stdout) ?? [];
    expect(count(table, "<tr>")).toBe(2);
    expect(count(table, '<div class="compare">')).toBe(2);
    expect(count(table, "<b>What to do</b>")).toBe(2);
  });

  it("prints what is folded, and shows where the keyboard is", async () => {
    const { html } = healthy.reports.readiness;
    expect(html).toMatch(
      /@media print \{[\s\S]*details::details-content \{ content-visibility: visible; block-size: auto; \}/,
    );
    expect(html).toContain("summary:focus-visible { outline: ");
  });
});

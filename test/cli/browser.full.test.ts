import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import chromium from "@sparticuz/chromium";
import { type Browser, type Page, chromium as playwright } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command, createWorkspace, fixture } from "./command-line.ts";
import { createHealthyLocation } from "./healthy-location.ts";
import { TEN_MISTAKES } from "./ten-mistakes.ts";

// A common phone.
const PHONE = { width: 390, height: 844 };

const folder = mkdtempSync(join(tmpdir(), "enforcement-report-"));
let browser: Browser;

// A browser that does not start is a failure, never a skipped test.
beforeAll(async () => {
  browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    headless: true,
  });
});
afterAll(async () => {
  await browser?.close();
});

/** Opens a report as its reader would, from an e-mail. */
async function open(name: string, options: { dark?: boolean } = {}): Promise<Page> {
  const path = join(folder, `${name.split(".")[0]}.html`);
  await command(["check", fixture(name), "--out", path]);
  const context = await browser.newContext({
    viewport: PHONE,
    deviceScaleFactor: 2,
    isMobile: true,
    colorScheme: options.dark ? "dark" : "light",
  });
  const page = await context.newPage();
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(path).href);
  // The browser requests nothing except the page itself.
  expect(requests).toEqual([pathToFileURL(path).href]);
  return page;
}

async function expectToFit(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width);
  const wide = await page.evaluate((width) => {
    const boxes = [...document.querySelectorAll("main *")].filter(
      (one) => one.getBoundingClientRect().right > width,
    );
    return boxes.map((one) => one.outerHTML.slice(0, 80));
  }, PHONE.width);
  expect(wide).toEqual([]);
}

describe("the report on a phone", () => {
  it.each([{ dark: false }, { dark: true }])(
    "shows all ten mistakes, and invisible characters (dark: $dark)",
    async ({ dark }) => {
      const page = await open("ten-mistakes.yaml", { dark });
      await expectToFit(page);
      const codes = await page.locator(".code").allInnerTexts();
      expect(codes).toEqual(TEN_MISTAKES.map(({ code }) => code));
      for (const code of await page.locator(".code").all()) expect(await code.isVisible()).toBe(true);
      const name = page.locator(".item", { hasText: "name_differs" }).first();
      expect(await name.locator(".compare dd").allInnerTexts()).toEqual(["Lot 102", "LotU+00A0102"]);
      expect(await name.locator("mark .hidden").isVisible()).toBe(true);
      expect((await page.locator(".place").allInnerTexts())[0]).toMatch(/ten-mistakes\.yaml:17:5$/);
      const screenshot = join(folder, `ten-mistakes-${dark ? "dark" : "light"}.png`);
      await page.screenshot({ path: screenshot, fullPage: true });
      console.log(`screenshot: ${screenshot}`);
      await page.context().close();
    },
  );

  it("has text with enough contrast", async () => {
    for (const dark of [false, true]) {
      const page = await open("ten-mistakes.yaml", { dark });
      const faint = await page.evaluate(findFaintText);
      expect(faint).toEqual([]);
      await page.context().close();
    }
  });

  it("runs no script that a name contains", async () => {
    const page = await open("hostile.json");
    await expectToFit(page);
    expect(await page.evaluate(() => document.scripts.length + document.images.length)).toBe(0);
    expect(await page.title()).toContain("<img src=x onerror=\"document.title='owned'\"> & Sons");
    expect(await page.locator("h1").allInnerTexts()).toEqual([
      "<img src=x onerror=\"document.title='owned'\"> & Sons",
    ]);
    await page.context().close();
  });

  it("can be printed", async () => {
    const page = await open("ten-mistakes.yaml");
    await page.emulateMedia({ media: "print" });
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(background).toBe("rgb(255, 255, 255)");
    await page.context().close();
  });
});

describe("the pages of one healthy location, and what is missing without credentials", () => {
  const workspace = createWorkspace();
  const pages = new Map<string, string>();
  beforeAll(async () => {
    const healthy = await createHealthyLocation(workspace);
    for (const [name, { file }] of Object.entries(healthy.reports)) pages.set(name, file);
    const unready = join(workspace.folder, "unready.html");
    await command(["readiness", healthy.mapping, "--out", unready]);
    pages.set("unready", unready);
    await healthy.close();
  });
  afterAll(() => workspace.remove());

  /** Opens one of them; `isWide`: on a desk instead of a phone. */
  async function show(name: string, { isWide, dark }: { isWide: boolean; dark: boolean }): Promise<Page> {
    const context = await browser.newContext({
      viewport: isWide ? { width: 1280, height: 800 } : PHONE,
      isMobile: !isWide,
      colorScheme: dark ? "dark" : "light",
    });
    const page = await context.newPage();
    await page.goto(pathToFileURL(pages.get(name) ?? "").href);
    return page;
  }

  const countHidden = (page: Page) =>
    page.evaluate(
      () =>
        [...document.querySelectorAll("details > :not(summary)")].filter((one) => !one.checkVisibility())
          .length,
    );

  it.each(["check", "test-plate", "readiness", "unready"])(
    "are at most three screens of a phone, as wide as the screen, and legible (%s)",
    async (name) => {
      for (const isWide of [false, true]) {
        for (const dark of [false, true]) {
          const page = await show(name, { isWide, dark });
          const { width, height } = page.viewportSize() ?? PHONE;
          const size = await page.evaluate(() => {
            const { scrollWidth, scrollHeight } = document.documentElement;
            return { scrollWidth, scrollHeight };
          });
          expect(size.scrollWidth).toBe(width);
          expect(size.scrollHeight / height).toBeLessThanOrEqual(3);
          await page.evaluate(() => {
            for (const one of document.querySelectorAll("details")) one.open = true;
          });
          expect(await page.evaluate(findFaintText)).toEqual([]);
          await page.context().close();
        }
      }
    },
  );

  it.each(["test-plate", "readiness", "unready"])("fold on screen, and not on paper (%s)", async (name) => {
    const page = await show(name, { isWide: false, dark: false });
    expect(await countHidden(page)).toBeGreaterThan(0);
    await page.emulateMedia({ media: "print" });
    expect(await countHidden(page)).toBe(0);
    await page.context().close();
  });

  it("unfold by the keyboard alone", async () => {
    const page = await show("readiness", { isWide: false, dark: false });
    const before = await countHidden(page);
    await page.keyboard.press("Tab");
    expect(
      await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle),
    ).toBe("solid");
    await page.keyboard.press("Enter");
    expect(await countHidden(page)).toBeLessThan(before);
    await page.context().close();
  });
});

/** Text whose contrast is below 4.5 : 1, WCAG's minimum. Runs inside the page. */
function findFaintText(): string[] {
  const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = channels(colour).map((value) => {
      const part = value / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const backgroundOf = (element: Element | null): string => {
    if (element === null) return "rgb(255, 255, 255)";
    const { backgroundColor } = getComputedStyle(element);
    return (channels(backgroundColor)[3] ?? 1) > 0 ? backgroundColor : backgroundOf(element.parentElement);
  };
  return [...document.querySelectorAll("main *")]
    .filter((element) =>
      [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()),
    )
    .filter((element) => {
      const [one = 0, other = 0] = [
        luminance(getComputedStyle(element).color),
        luminance(backgroundOf(element)),
      ];
      return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05) < 4.5;
    })
    .map((element) => element.outerHTML.slice(0, 100));
}

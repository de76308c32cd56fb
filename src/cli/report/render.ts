import { renderHtml } from "./html.ts";
import { renderJson } from "./json.ts";
import { renderMarkdown } from "./markdown.ts";
import type { Report } from "./report.ts";
import { renderText } from "./text.ts";

/** Forms of a report. */
export const FORMATS = ["text", "markdown", "html", "json"] as const;

export type Format = (typeof FORMATS)[number];

/** A report in one of its forms. For JSON the report for people is passed over and `json` is written. */
export function render(format: Format, report: Report, json: unknown): string {
  if (format === "json") return renderJson(json);
  if (format === "html") return renderHtml(report);
  return format === "markdown" ? renderMarkdown(report) : renderText(report);
}

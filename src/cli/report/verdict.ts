import type { Screen } from "../command.ts";
import { paint } from "../terminal/paint.ts";
import { wrap } from "../terminal/wrap.ts";
import type { Mark, Verdict } from "./report.ts";
import { toVisible } from "./visible.ts";

/** How something stands, for programs: under the key `verdict` in every JSON of the command line. */
export interface JsonVerdict {
  /** Of a whole report: whether the command ends with exit code 0. */
  readonly ok: boolean;
  readonly mark: Mark;
  /** The words of the report for people. */
  readonly text: string;
}

/** A verdict for programs. */
export function toJsonVerdict({ mark, text }: Verdict, ok: boolean): JsonVerdict {
  return { ok, mark, text };
}

/** The last line of a text: how it stands. */
export function renderVerdict(
  { mark, text }: Verdict,
  { screen, of, after = "" }: { readonly screen: Screen; readonly of?: string; readonly after?: string },
): string {
  const end = paint(toVisible(text), mark, screen);
  const line = `${of === undefined ? "" : `${toVisible(of)}: `}${end}${toVisible(after)}`;
  return wrap(line, { width: screen.width, hang: "  " });
}

import { styleText } from "node:util";
import type { Screen } from "../command.ts";
import type { Mark } from "../report/report.ts";

/** What has a colour. A colour repeats what the text says. */
export type Colour = Mark | "expected" | "found";

const FORMATS: Readonly<Record<Colour, Parameters<typeof styleText>[0]>> = {
  good: "green",
  attention: "yellow",
  bad: "red",
  open: "cyan",
  expected: ["bold", "green"],
  found: ["bold", "red"],
};

/** Text in a colour, where the screen shows colours. */
export function paint(text: string, colour: Colour, { colours }: Pick<Screen, "colours">): string {
  if (!colours || text === "") return text;
  // Whether the stream shows colours was decided when the screen was made.
  return styleText(FORMATS[colour], text, { validateStream: false });
}

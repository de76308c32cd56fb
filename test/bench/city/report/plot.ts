/** A line of a plot. Gaps in time are gaps in the line. */
export interface Line {
  readonly name: string;
  /** One of the colours of {@link STYLE}: `a` or `b`. A dashed line is the same thing's other percentile. */
  readonly colour: "a" | "b";
  readonly isDashed: boolean;
  /** Seconds and milliseconds. */
  readonly points: readonly (readonly [second: number, ms: number])[];
}

export interface Band {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export interface Plot {
  readonly title: string;
  readonly lines: readonly Line[];
  /** Stretches of time with a name, in seconds. */
  readonly bands: readonly Band[];
  /** What is promised, in milliseconds. */
  readonly limitMs: number;
}

const WIDTH = 860;
const HEIGHT = 360;
const LEFT = 64;
const RIGHT = 16;
const TOP = 46;
const BOTTOM = 62;

// Readable on a light and on a dark page: the picture has no background of its own.
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 14px; font-weight: 600 }
  .grid { stroke: #8c959f; stroke-opacity: .3 }
  .band { fill: #8c959f; fill-opacity: .1 }
  .limit { stroke: #cf222e; stroke-dasharray: 2 3 }
  .limit-text { fill: #cf222e }
  path { fill: none; stroke-width: 1.6; stroke-linejoin: round }
  .a { stroke: #0969da } .b { stroke: #bc4c00 }
  .dashed { stroke-dasharray: 5 3; stroke-width: 1.2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #d1d7e0 }
    .limit { stroke: #ff7b72 } .limit-text { fill: #ff7b72 }
    .a { stroke: #58a6ff } .b { stroke: #f0883e }
  }`;

/** Draws milliseconds over seconds, on a logarithmic scale, as SVG. */
export function drawPlot({ title, lines, bands, limitMs }: Plot): string {
  const values = lines.flatMap(({ points }) => points.map(([, ms]) => ms));
  const lowest = 10 ** Math.floor(Math.log10(Math.max(0.1, Math.min(...values, limitMs))));
  const highest = 10 ** Math.ceil(Math.log10(Math.max(...values, limitMs * 1.1)));
  const lastSecond = Math.max(1, ...bands.map(({ to }) => to));
  const x = (second: number) => LEFT + (second / lastSecond) * (WIDTH - LEFT - RIGHT);
  const y = (ms: number) => {
    const share = Math.log10(Math.max(ms, lowest) / lowest) / Math.log10(highest / lowest);
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  };
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">`,
    `<style>${STYLE}\n</style>`,
    `<text class="title" x="${LEFT}" y="18">${title}</text>`,
    ...bands.map((band, index) => drawBand(band, index, x)),
    ...drawValueAxis(lowest, highest, y),
    ...drawTimeAxis(lastSecond, x),
    `<line class="limit" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(limitMs))}" y2="${at(y(limitMs))}"/>`,
    `<text class="limit-text" text-anchor="end" x="${WIDTH - RIGHT}" y="${at(y(limitMs) - 4)}">promised p99: ${formatMs(limitMs)}</text>`,
    ...lines.map((line) => `<path class="${classOf(line)}" d="${drawPath(line, x, y, lastSecond)}"/>`),
    ...drawLegend(lines),
    "</svg>",
  ];
  return `${parts.join("\n")}\n`;
}

function drawBand({ name, from, to }: Band, index: number, x: (second: number) => number): string {
  const [left, width] = [x(from), x(to) - x(from)];
  const shade =
    index % 2 === 0
      ? `<rect class="band" x="${at(left)}" y="${TOP}" width="${at(width)}" height="${HEIGHT - TOP - BOTTOM}"/>`
      : "";
  return `${shade}<text text-anchor="middle" x="${at(left + width / 2)}" y="${TOP - 8}">${width > 30 ? name : ""}</text>`;
}

function drawValueAxis(lowest: number, highest: number, y: (ms: number) => number): string[] {
  const parts: string[] = [];
  for (let ms = lowest; ms <= highest * 1.001; ms *= 10) {
    parts.push(
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(ms))}" y2="${at(y(ms))}"/>`,
      `<text text-anchor="end" x="${LEFT - 6}" y="${at(y(ms) + 4)}">${formatMs(ms)}</text>`,
    );
  }
  return parts;
}

function drawTimeAxis(lastSecond: number, x: (second: number) => number): string[] {
  const step = [1, 2, 5, 10, 30, 60, 120, 300].find((seconds) => lastSecond / seconds <= 12) ?? 600;
  const parts: string[] = [];
  for (let second = 0; second <= lastSecond; second += step) {
    parts.push(
      `<text text-anchor="middle" x="${at(x(second))}" y="${HEIGHT - BOTTOM + 16}">${second} s</text>`,
    );
  }
  return parts;
}

/** A line ends where there is nothing for more than a fortieth of the whole time. */
function drawPath(
  { points }: Line,
  x: (second: number) => number,
  y: (ms: number) => number,
  lastSecond: number,
): string {
  let before = Number.NEGATIVE_INFINITY;
  return points
    .map(([second, ms]) => {
      const command = second - before > lastSecond / 40 ? "M" : "L";
      before = second;
      // A point on its own is visible as a short stroke.
      return `${command}${at(x(second))} ${at(y(ms))}${command === "M" ? "h1.5" : ""}`;
    })
    .join("");
}

function drawLegend(lines: readonly Line[]): string[] {
  const room = (WIDTH - LEFT - RIGHT) / Math.max(1, lines.length);
  return lines.flatMap((line, index) => {
    const left = LEFT + index * room;
    const height = HEIGHT - 18;
    return [
      `<path class="${classOf(line)}" d="M${at(left)} ${height}h24"/>`,
      `<text x="${at(left + 30)}" y="${height + 4}">${line.name}</text>`,
    ];
  });
}

const classOf = ({ colour, isDashed }: Line): string => (isDashed ? `${colour} dashed` : colour);
const at = (position: number): string => position.toFixed(1);

function formatMs(ms: number): string {
  return ms >= 1_000 ? `${ms / 1_000} s` : `${Number(ms.toPrecision(2))} ms`;
}

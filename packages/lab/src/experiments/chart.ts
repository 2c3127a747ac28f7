// Lines drawn: as text for a terminal, and as SVG for a page. Both are pure functions of the numbers, so the same run gives
// the same picture.

export interface Line {
  readonly label: string;
  /** One for each step along the axis, from the first on. */
  readonly values: readonly number[];
  /** With it, an area from these values up to its own is shaded below the line. */
  readonly most?: readonly number[];
}

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly Line[];
}

const marks = ["●", "×", "+", "○"];
const textColumnsMax = 72;
const textRows = 16;

/** Some rows of a terminal, with a mark for each line. */
export function textChart({ title, xLabel, yLabel, lines }: Chart): string {
  const steps = Math.max(...lines.map(({ values }) => values.length));
  const columns = steps < textColumnsMax ? steps * Math.floor(textColumnsMax / steps) : textColumnsMax;
  const { highest } = axisFor(Math.max(1, ...lines.flatMap(({ values }) => values)));
  const rows = Array.from({ length: textRows + 1 }, () => Array.from({ length: columns }, () => " "));
  for (const [index, { values }] of lines.entries())
    for (let column = 0; column < columns; column++) {
      const value = values[Math.floor((column * steps) / columns)];
      if (value === undefined) continue;
      const row = rows[textRows - Math.round((value * textRows) / highest)] as string[];
      row[column] = row[column] === " " ? (marks[index] as string) : "◆";
    }
  const width = String(highest).length;
  const body = rows.map((row, at) => {
    const isNamed = at % 4 === 0;
    const name = isNamed ? String(Math.round((highest * (textRows - at)) / textRows)) : "";
    return `${name.padStart(width)} ${isNamed ? "┤" : "│"}${row.join("").trimEnd()}`;
  });
  const foot = `${" ".repeat(width)} └${"─".repeat(columns)}\n${" ".repeat(width + 2)}0${String(steps).padStart(columns - 1)}  ${xLabel}`;
  const legend = lines.map(({ label }, index) => `  ${marks[index]} ${label}`);
  return `${title}\n${yLabel}\n${body.join("\n")}\n${foot}\n${legend.join("\n")}\n`;
}

const size = { width: 720, height: 400, left: 64, right: 20, top: 64, bottom: 52 };
/** Told apart by those who do not see red and green as well. */
const colors = ["#0b6fb8", "#c8500a", "#4a4a4a", "#7a3e9d"];
const ticksMax = 6;

/** On white, so that it can be read wherever it stands. */
export function svgChart({ title, xLabel, yLabel, lines }: Chart): string {
  const steps = Math.max(...lines.map(({ values }) => values.length));
  const { highest, tick } = axisFor(Math.max(1, ...lines.flatMap(({ values, most = [] }) => [...values, ...most])));
  const { width, height, left, right, top, bottom } = size;
  const xOf = (step: number) => round(left + (step * (width - left - right)) / steps);
  const yOf = (value: number) => round(height - bottom - (value * (height - top - bottom)) / highest);
  const path = (values: readonly number[]) => values.map((value, step) => `${xOf(step + 1)},${yOf(value)}`);
  const drawn = lines.flatMap(({ label, values, most }, index) => {
    const color = colors[index] as string;
    const area = most && [...path(most), ...path(values).toReversed()].join(" ");
    const x = left + 8 + index * ((width - left - right) / lines.length);
    return [
      ...(area === undefined ? [] : [`<polygon points="${area}" fill="${color}" fill-opacity="0.18"/>`]),
      `<polyline points="${path(values).join(" ")}" fill="none" stroke="${color}" stroke-width="2"/>`,
      `<rect x="${round(x)}" y="36" width="18" height="4" fill="${color}"/>`,
      `<text x="${round(x) + 24}" y="42">${escaped(label)}</text>`,
    ];
  });
  const levels = ticksOf(highest, tick).flatMap((value) => [
    `<line x1="${left}" y1="${yOf(value)}" x2="${width - right}" y2="${yOf(value)}" stroke="#d8d8d8"/>`,
    `<text x="${left - 8}" y="${yOf(value) + 4}" text-anchor="end">${value}</text>`,
  ]);
  const moments = ticksOf(steps, Math.ceil(steps / ticksMax)).map((step) => {
    return `<text x="${xOf(step)}" y="${height - bottom + 18}" text-anchor="middle">${step}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img">
<title>${escaped(title)}</title>
<rect width="${width}" height="${height}" fill="#ffffff"/>
<text x="${left}" y="20" font-size="14" font-weight="bold">${escaped(title)}</text>
${[...levels, ...moments].join("\n")}
${drawn.join("\n")}
<text x="${(left + width - right) / 2}" y="${height - 10}" text-anchor="middle">${escaped(xLabel)}</text>
<text transform="translate(16 ${(top + height - bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(yLabel)}</text>
</svg>
`;
}

interface Axis {
  readonly highest: number;
  /** From one named number to the next. */
  readonly tick: number;
}

/** At most six round numbers, of which the last is no less. */
function axisFor(value: number): Axis {
  let power = 1;
  while (power * 10 < value) power *= 10;
  const tick = Math.ceil(value / power) > ticksMax ? 2 * power : power;
  return { highest: Math.ceil(value / tick) * tick, tick };
}

function ticksOf(end: number, tick: number): number[] {
  return Array.from({ length: Math.floor(end / tick) + 1 }, (_, at) => at * tick);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

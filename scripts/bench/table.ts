// Figures as an aligned table that people read.

import type { Figure } from "./measure.ts";

export function formatFigures(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    formatNumber(figure.value),
    figure.unit,
    figure.limit === null ? "" : formatNumber(figure.limit),
    figure.ratio === null ? "" : figure.ratio.toFixed(2),
  ]);
  return formatTable(["name", "value", "unit", "limit", "ratio"], rows, [1, 3, 4]);
}

/** `right` names the columns that hold numbers. */
export function formatTable(head: readonly string[], rows: readonly string[][], right: readonly number[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => cell(row, column).length)));
  const line = (row: readonly string[]) =>
    widths
      .map((width, column) => (right.includes(column) ? cell(row, column).padStart(width) : cell(row, column).padEnd(width)))
      .join("  ")
      .trimEnd();
  return `${[head, widths.map((width) => "-".repeat(width)), ...rows].map(line).join("\n")}\n`;
}

/** Four significant digits, thousands apart: 31,250,000; 0.01234. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const rounded = Number(value.toPrecision(4));
  return rounded.toLocaleString("en-US", { maximumFractionDigits: 9 });
}

function cell(row: readonly string[], column: number): string {
  return row[column] ?? "";
}

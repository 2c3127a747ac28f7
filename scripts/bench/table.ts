// Figures as an aligned table that people read.

import { formatTable } from "../../packages/cli/src/terminal.ts";
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

/** Four significant digits, thousands apart: 31,250,000; 0.01234. */
function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const rounded = Number(value.toPrecision(4));
  return rounded.toLocaleString("en-US", { maximumFractionDigits: 9 });
}

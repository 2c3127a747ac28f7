// Tables of what changes every second. What does not fit into the width loses its least telling columns: each has a width of
// its own, whatever stands in it, so the same columns stay as long as the terminal does.

export interface Column<Row> {
  readonly title: string;
  readonly isText?: true;
  /** Characters of what is widest in it. */
  readonly width: number;
  /** The highest goes first when there is no room; 0 never goes. */
  readonly spare: number;
  readonly of: (row: Row) => string;
}

const gap = 2;

export function drawTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
): readonly string[] {
  const shown = fitting(columns, width);
  const cells = [shown.map(({ title }) => title), ...rows.map((row) => shown.map((column) => column.of(row)))];
  const pad = (text: string, at: number) => {
    const { isText, width } = shown[at] as Column<Row>;
    return isText ? text.padEnd(width) : text.padStart(width);
  };
  return cells.map((line) => line.map(pad).join(" ".repeat(gap)).trimEnd());
}

function fitting<Row>(columns: readonly Column<Row>[], width: number): readonly Column<Row>[] {
  let shown = columns;
  const room = () => shown.reduce((sum, each) => sum + each.width + gap, -gap);
  while (room() > width && shown.some(({ spare }) => spare > 0)) {
    const most = Math.max(...shown.map(({ spare }) => spare));
    shown = shown.filter(({ spare }) => spare < most);
  }
  return shown;
}

export function orDash(number: number | undefined): string {
  return number === undefined ? "-" : String(number);
}

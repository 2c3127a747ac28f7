// Where a devnet tells what happens: on a terminal events scroll by above a table that is drawn in place, elsewhere each
// is a line, and with --json each is a line of JSON.

import { columns } from "../terminal.ts";
import { type DevnetEvent, jsonOf, wordsOf } from "./events.ts";
import { summaryOf } from "./summary.ts";
import { viewLines } from "./table.ts";
import type { DevnetView } from "./watch.ts";

export interface Screen {
  tell(event: DevnetEvent): void;
  show(view: DevnetView): void;
}

type Print = (text: string) => void;

/** What a terminal says of itself; both change as it is resized. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
}

export function jsonScreen(print: Print): Screen {
  return {
    tell: (event) => print(`${jsonOf(event)}\n`),
    show: (view) => print(`${JSON.stringify({ kind: "nodes", ...view })}\n`),
  };
}

/** Rows come each second. A log has a line when something is new, while blobs come one in five, and else one a minute. */
const busyEvery = 5;
const quietEvery = 60;

export function plainScreen(print: Print, width = columns(process.stdout)): Screen {
  let last = "";
  let since = 0;
  return {
    tell: (event) => print(`${wordsOf(event, width)}\n`),
    show(view) {
      const { standing, isBusy, lines } = summaryOf(view);
      since++;
      if (standing === last && since < (isBusy ? busyEvery : quietEvery)) return;
      last = standing;
      since = 0;
      print(lines.map((line) => `${line}\n`).join(""));
    },
  };
}

const clearBelow = "\u001b[J";

/** A terminal may not know its size, and says 0 or nothing. */
function sizeOf({ columns, rows }: Terminal): Terminal {
  return { columns: columns || 80, rows: rows || 24 };
}

export function liveScreen(print: Print, terminal: Terminal): Screen {
  let drawn: readonly string[] = [];
  /** Up over what was drawn. It may take more lines by now, for the terminal may be narrower. */
  const erase = () => {
    const { columns, rows } = sizeOf(terminal);
    const lines = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0);
    return lines === 0 ? "" : `\u001b[${Math.min(lines, rows - 1)}A\r${clearBelow}`;
  };
  return {
    tell(event) {
      // From there on the table is history.
      if (event.kind === "stopping") drawn = [];
      print(`${erase()}${wordsOf(event, sizeOf(terminal).columns)}\n${drawn.map((line) => `${line}\n`).join("")}`);
    },
    show(view) {
      const size = sizeOf(terminal);
      const lines = cutTo(["", ...viewLines(view, size.columns), "", "Ctrl-C stops all"], size);
      print(`${erase()}${lines.map((line) => `${line}\n`).join("")}`);
      drawn = lines;
    },
  };
}

/** What is drawn in place has to be on the screen whole. */
function cutTo(lines: readonly string[], { columns, rows }: Terminal): readonly string[] {
  const room = Math.max(3, rows - 2);
  const kept = lines.length <= room ? lines : [...lines.slice(0, room - 2), "…", lines.at(-1) as string];
  return kept.map((line) => line.slice(0, columns));
}

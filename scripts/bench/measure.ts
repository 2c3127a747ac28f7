// How a figure is measured. `work` and `raw` (the raw limit: the bare call that the work cannot beat) take
// turns in rounds of about a tenth of a second, and each side's figure is the median of its rounds. What
// disturbs the machine thereby disturbs both sides alike, so the ratio holds where an absolute would not.

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it stands beside, measured in the same run, in the same unit: a raw limit, or another library. */
  readonly limit: number | null;
  /** `value / limit`. */
  readonly ratio: number | null;
}

/** One call of `run` does `items` items. */
export interface Work {
  readonly items: number;
  /** Comes before each `run`, and is not measured: what a run uses up is made anew. */
  prepare?(): void | Promise<void>;
  run(): void | Promise<void>;
}

export interface Bench {
  /** For benches that measure otherwise: how long is asked of them. */
  readonly pace: Pace;
  /** Items per second of `work`, beside `raw`; a unit is, say, "hashes/s". */
  rate(name: string, unit: string, work: Work, raw?: Work): Promise<Figure>;
  /** Microseconds per item of `work`, beside `raw`. */
  cost(name: string, work: Work, raw?: Work): Promise<Figure>;
  /** A figure measured otherwise. */
  report(figure: Figure): void;
}

export interface Pace {
  readonly rounds: number;
  /** A round lasts at least about this long. */
  readonly roundMs: number;
}

export const usualPace: Pace = { rounds: 9, roundMs: 100 };
/** To see that a bench works; its figures say little. */
export const quickPace: Pace = { rounds: 3, roundMs: 30 };

/** A bench whose figures go to `onFigure`, in the order in which they are measured; `onBegin` hears what comes next. */
export function createBench(
  onFigure: (figure: Figure) => void,
  pace: Pace = usualPace,
  onBegin: (name: string) => void = () => {},
): Bench {
  const measure = async (name: string, unit: string, scale: (seconds: number) => number, work: Work, raw?: Work) => {
    onBegin(name);
    const [own, limit] = await takeTurns(raw === undefined ? [work] : [work, raw], pace);
    const figure = compare(name, unit, scale(own as number), limit === undefined ? null : scale(limit));
    onFigure(figure);
    return figure;
  };
  return {
    pace,
    rate: (name, unit, work, raw) => measure(name, unit, (seconds) => 1 / seconds, work, raw),
    cost: (name, work, raw) => measure(name, "us", (seconds) => seconds * 1e6, work, raw),
    report: onFigure,
  };
}

function compare(name: string, unit: string, value: number, limit: number | null): Figure {
  return { name, value, unit, limit, ratio: limit === null ? null : value / limit };
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** Median seconds per item of each work; a round of one follows a round of the other. */
async function takeTurns(works: readonly Work[], pace: Pace): Promise<number[]> {
  const repeats: number[] = [];
  for (const work of works) repeats.push(await calibrate(work, pace.roundMs));
  const seconds: number[][] = works.map(() => []);
  for (let round = 0; round < pace.rounds; round++) {
    // Every other round in reverse, so that neither side is always the one that inherits the other's garbage.
    const order = [...works.keys()];
    if (round % 2 === 1) order.reverse();
    for (const index of order) {
      const work = works[index] as Work;
      const times = repeats[index] as number;
      (seconds[index] as number[]).push((await timeMs(work, times)) / 1000 / (times * work.items));
    }
  }
  return seconds.map(median);
}

/** How often `run` must be called to fill a round. Doubles as the warm-up. */
async function calibrate(work: Work, roundMs: number): Promise<number> {
  for (let times = 1; ; ) {
    const tookMs = await timeMs(work, times);
    if (tookMs >= roundMs) return times;
    const factor = tookMs > 0 ? (1.2 * roundMs) / tookMs : 10;
    times = Math.ceil(times * Math.min(10, Math.max(1.2, factor)));
  }
}

async function timeMs(work: Work, times: number): Promise<number> {
  if (work.prepare !== undefined) return timePreparedMs(work, times);
  const start = performance.now();
  for (let i = 0; i < times; i++) {
    const pending = work.run();
    // An await costs about a tenth of a microsecond; synchronous work does not pay it.
    if (pending !== undefined) await pending;
  }
  return performance.now() - start;
}

async function timePreparedMs(work: Work, times: number): Promise<number> {
  let tookMs = 0;
  for (let i = 0; i < times; i++) {
    await work.prepare?.();
    const start = performance.now();
    const pending = work.run();
    if (pending !== undefined) await pending;
    tookMs += performance.now() - start;
  }
  return tookMs;
}

// Small scope, after the Twins paper (Bano and others): four validators of equal weight, one of which runs twice with
// one key. For each of the first views a schedule says who leads it and how it is cut: the five instances stand on
// two sides (or all on one), and messages of that view reach one's own side alone. Then the world heals.
//
// The choices for one view are 4 leaders × 16 cuts. Renaming the three honest validators among themselves, or the
// two twins, changes nothing: of each class of schedules that are equal up to names, the smallest is run.

export interface Choice {
  readonly leader: number;
  /** The sides of instances 0 to 4; instance 0 is on side 0. */
  readonly sides: readonly number[];
}

export type Schedule = readonly Choice[];

export const twinSeat = 3;
/** The seat of each instance. */
export const scopeSeats = [0, 1, 2, twinSeat, twinSeat] as const;

const leaders = 4;
const cuts = 16;
const choicesOfView = leaders * cuts;

/** The choice of a number below `choicesOfView`. */
function choiceOf(code: number): Choice {
  const cut = code % cuts;
  return { leader: Math.floor(code / cuts), sides: [0, cut & 1, (cut >> 1) & 1, (cut >> 2) & 1, (cut >> 3) & 1] };
}

function codeOf({ leader, sides }: Choice): number {
  const flip = sides[0] as number;
  let cut = 0;
  for (let instance = 1; instance < sides.length; instance++)
    cut |= ((sides[instance] as number) ^ flip) << (instance - 1);
  return leader * cuts + cut;
}

const honestOrders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;
const twinOrders = [
  [3, 4],
  [4, 3],
] as const;

/** For each renaming, what each choice becomes. */
const renamings: readonly Uint8Array[] = honestOrders.flatMap((honest) =>
  twinOrders.map((twins) => {
    const names = [...honest, ...twins];
    return Uint8Array.from({ length: choicesOfView }, (_, code) => {
      const { leader, sides } = choiceOf(code);
      const renamed = { leader: leader === twinSeat ? twinSeat : (names[leader] as number), sides: [0, 0, 0, 0, 0] };
      for (const [instance, name] of names.entries()) renamed.sides[name] = sides[instance] as number;
      return codeOf(renamed);
    });
  }),
);

/** Of these choices, view by view, no renaming is smaller. */
function isSmallest(codes: readonly number[]): boolean {
  return renamings.every((renaming) => {
    for (const code of codes) {
      const renamed = renaming[code] as number;
      if (renamed !== code) return renamed > code;
    }
    return true;
  });
}

/** All schedules of so many views, up to names. */
export function* allSchedules(views: number): Generator<Schedule> {
  const codes: number[] = Array.from({ length: views }, () => 0);
  for (;;) {
    if (isSmallest(codes)) yield codes.map(choiceOf);
    let view = views - 1;
    while (view >= 0 && codes[view] === choicesOfView - 1) codes[view--] = 0;
    if (view < 0) return;
    codes[view] = (codes[view] as number) + 1;
  }
}

/** Any schedule of so many views. */
export function drawSchedule(views: number, below: (bound: number) => number): Schedule {
  return Array.from({ length: views }, () => choiceOf(below(choicesOfView)));
}

// Two instances of one key, each following the protocol and neither knowing of the other. It does nothing here: the
// setting has the second instance, and the route says which twin each peer hears (run.ts).

import type { MakeHabit } from "./habit.ts";

export const twins: MakeHabit = () => ({});

// Section 9: a protocol machine is a class with one door. Both stages' protocols, the schedule and the follower
// are machines; the node and the simulator are shells that run the very same ones.
//
// The machine
// - is given facts, the passing of time included (timers that it set), and returns effects, which are data;
// - does no I/O, reads no clock, draws no random number, and shares no state with another machine: the same
//   inputs give the same effects;
// - takes any input, however wrong, without throwing; it changes neither an input nor an effect it returned.
//
// The shell
// - performs the effects of one input in order, and those of an input before those of the next;
// - makes what a `persist` says durable before what follows it: what was sent was first on disk (S8);
// - answers `verify`, `execute` and `build` by later inputs, in any order, naming the id; after a restart,
//   or where the machine asked in vain, not at all;
// - changes nothing that it gave or got: either side may keep it.
//
// A machine's effects are a union of such of these as it needs, over its own payloads.

export interface Machine<Input, Effect> {
  handle(input: Input): readonly Effect[];
}

/** Make durable, before anything that follows. */
export interface PersistEffect<Record> {
  readonly kind: "persist";
  readonly record: Record;
}

export interface SendEffect<Peer, Message> {
  readonly kind: "send";
  readonly to: Peer;
  readonly message: Message;
}

/** To all peers of the machine's set, the own node left out. */
export interface BroadcastEffect<Message> {
  readonly kind: "broadcast";
  readonly message: Message;
}

/** Check signatures. */
export interface VerifyEffect<Task> {
  readonly kind: "verify";
  readonly id: number;
  readonly task: Task;
}

/** Run steps on fetched state. */
export interface ExecuteEffect<Task> {
  readonly kind: "execute";
  readonly id: number;
  readonly task: Task;
}

/** Make the body of a block to propose. */
export interface BuildEffect<Request> {
  readonly kind: "build";
  readonly id: number;
  readonly request: Request;
}

/** A result for whoever uses the machine, such as a final block. */
export interface DeliverEffect<Result> {
  readonly kind: "deliver";
  readonly result: Result;
}

/** Give `{ kind: "timer", timer }` back after that time or soon after. A machine ignores timers it has outlived. */
export interface SetTimerEffect<Timer> {
  readonly kind: "set-timer";
  readonly timer: Timer;
  readonly afterMs: number;
}

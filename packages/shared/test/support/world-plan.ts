// What happens in the test world, as plain data: which blobs stand where, what their programs do, what comes of
// each step, and in which round each settle is due. Nobody executes anything; facts are compared with this.

import type { EncodedOutcome, NothingReason } from "../../src/messages/lane.ts";
import type { Node } from "../../src/messages/node.ts";
import {
  asBlobIndex,
  asContractName,
  asEnvironmentName,
  asHeight,
  asShardName,
  asStepIndex,
  type ContractName,
  type EnvironmentName,
  type ShardName,
  shardOf,
} from "../../src/numbers.ts";
import { encodeValue } from "../../src/values/encode.ts";

/** No value: the key is deleted. */
export interface PlainWrite {
  readonly key: string;
  readonly value: string | undefined;
}

export interface PlainStep {
  readonly contract: ContractName;
  /** Earlier steps whose outcomes it uses. */
  readonly uses: readonly number[];
  readonly outcome: EncodedOutcome;
  /** None: it only reads. */
  readonly writes: readonly PlainWrite[];
  readonly effect: "create" | "end" | undefined;
}

export interface PlainProgram {
  readonly steps: readonly PlainStep[];
  /** At most one group: from which step to which. */
  readonly group: { readonly first: number; readonly last: number } | undefined;
  /** Shards that the blob touches though no step is there. */
  readonly extraTouches: readonly ShardName[];
}

/** A node as it comes due, with what it exports and does. */
export interface DueNode {
  readonly node: Node;
  readonly contract: ContractName;
  readonly program: PlainProgram;
  /** Steps whose outcomes it uses. */
  readonly uses: readonly number[];
  readonly writes: readonly PlainWrite[];
  readonly effect: PlainStep["effect"];
  readonly round: number;
}

const contract = asContractName;
const [seats, escrow, token, rooms, gate] = [
  contract("air/seats"),
  contract("bank/escrow"),
  contract("bank/token"),
  contract("hotel/rooms"),
  contract("zoo/gate"),
];

/** `idle` never has anything to do. */
export const shardNames: readonly ShardName[] = ["air", "bank", "hotel", "idle", "zoo"].map(asShardName);

export const genesisContracts: readonly ContractName[] = [seats, escrow, token, rooms, contract("idle/clock")];

export function genesisEntries(name: ContractName): ReadonlyMap<string, string> {
  const count = name === token ? 40 : 3;
  return new Map(Array.from({ length: count }, (_, i) => [`key-${i}`, `${name} at first, ${i}`]));
}

/** Every contract of the world has an environment of its own, of the same name. */
export function environmentOf(name: ContractName): EnvironmentName {
  return asEnvironmentName(name.slice(name.indexOf("/") + 1));
}

export function value(maker: ContractName, text: string): EncodedOutcome {
  return { kind: "value", value: { bytes: encodeValue(text), environment: environmentOf(maker) } };
}

export function nothing(why: NothingReason, step: number): EncodedOutcome {
  return { kind: "nothing", value: { why, step: asStepIndex(step) } };
}

function step(at: ContractName, outcome: EncodedOutcome, ...writes: readonly PlainWrite[]): PlainStep {
  return { contract: at, uses: [], outcome, writes, effect: undefined };
}

/** Program kinds in turn; each returns a program that differs by its place. */
const kinds: readonly ((height: number, index: number) => PlainProgram)[] = [
  function payment(height, index) {
    const write = { key: `key-${(5 * height + index) % 60}`, value: `paid at ${height}, ${index}` };
    return plain(step(token, value(token, `receipt ${height}.${index}`), write));
  },
  function twoShards(height, index) {
    const fails = height % 3 === 0;
    const first = fails ? nothing("reverted", 0) : value(seats, `seat ${height}.${index}`);
    const second = fails ? nothing("input", 0) : value(token, `price ${height}`);
    return plain(step(seats, first, { key: `seat-${height}`, value: `taken by ${index}` }), {
      ...step(token, second, { key: `key-${height}`, value: undefined }),
      uses: [0],
    });
  },
  function booking(height, index) {
    return {
      ...plain(
        step(escrow, value(escrow, "quote")),
        step(token, value(token, `paid ${height}.${index}`), { key: "key-7", value: `less ${height}.${index}` }),
        step(rooms, value(rooms, "room"), { key: `room-${height}`, value: `booked ${index}` }),
      ),
      group: { first: 1, last: 2 },
    };
  },
  function trip(height, index) {
    const last = height % 2 === 0 ? nothing("reverted", 2) : value(rooms, `room ${index}`);
    return {
      ...plain(
        step(seats, value(seats, "seat"), { key: "window", value: `held for ${height}.${index}` }),
        // Reads only, so nothing settles in the escrow.
        step(escrow, value(escrow, "rate")),
        step(rooms, last, { key: "suite", value: `held for ${height}.${index}` }),
      ),
      group: { first: 0, last: 2 },
    };
  },
  function garbage() {
    return { ...plain(), extraTouches: [asShardName("zoo")] };
  },
  function move(height, index) {
    const write = { key: `moved-${height}`, value: `${index}` };
    return {
      ...plain(step(token, value(token, "out"), write), step(escrow, value(escrow, "in"), write)),
      group: { first: 0, last: 1 },
    };
  },
];

function plain(...steps: readonly PlainStep[]): PlainProgram {
  return { steps, group: undefined, extraTouches: [] };
}

/** The life of a contract that genesis does not have. */
const gateSteps = new Map<number, PlainStep>([
  [6, { ...step(gate, value(gate, "made"), { key: "opens", value: "nine" }), effect: "create" }],
  [12, step(gate, value(gate, "open"), { key: "visitors", value: "1" })],
  [30, { ...step(gate, value(gate, "closed"), { key: "opens", value: undefined }), effect: "end" }],
]);

const blobCounts = [0, 3, 1, 5, 2, 0, 7, 1, 2, 4];
/** A block in which one shard has many blobs. */
const crowdedHeight = 20;

export function programsAt(height: number): readonly PlainProgram[] {
  if (height === crowdedHeight) return Array.from({ length: 33 }, (_, i) => kind(i % 11 === 10 ? 3 : 0, height, i));
  const count = blobCounts[height % blobCounts.length] as number;
  const programs = Array.from({ length: count }, (_, i) => kind((height + i) % kinds.length, height, i));
  const gateStep = gateSteps.get(height);
  return gateStep === undefined ? programs : [...programs, plain(gateStep)];
}

function kind(at: number, height: number, index: number): PlainProgram {
  return (kinds[at] as (typeof kinds)[number])(height, index);
}

export function touchesOf({ steps, extraTouches }: PlainProgram): readonly ShardName[] {
  return [...new Set([...steps.map((made) => shardOf(made.contract)), ...extraTouches])].sort();
}

export function isGrouped({ group }: PlainProgram, step: number): boolean {
  return group !== undefined && step >= group.first && step <= group.last;
}

function groupSteps({ steps, group }: PlainProgram): readonly PlainStep[] {
  return group === undefined ? [] : steps.slice(group.first, group.last + 1);
}

/** P5: the first step of the group whose outcome is `Nothing`; without one the group holds. */
export function failedStep(program: PlainProgram): number | undefined {
  const failed = program.steps.findIndex(({ outcome }, at) => isGrouped(program, at) && outcome.kind === "nothing");
  return failed < 0 ? undefined : failed;
}

/** The contracts that the group writes, in the order of its steps. */
export function settlesOf(program: PlainProgram): ContractName[] {
  return [...new Set(groupSteps(program).flatMap((made) => (made.writes.length > 0 ? [made.contract] : [])))];
}

/** R2, R3: what other shards did at `height` is visible two or one later, by the block that cites it. */
function visibleAt(height: number): number {
  return height % 2 === 0 ? height + 1 : height + 2;
}

/** The nodes of one program, each with the round at which it is due, in line order. */
export function nodesOf(program: PlainProgram, height: number, index: number): DueNode[] {
  const place = { height: asHeight(height), index: asBlobIndex(index) };
  const roundOf = (name: ContractName, uses: readonly number[]) =>
    uses.every((used) => shardOf((program.steps[used] as PlainStep).contract) === shardOf(name))
      ? height
      : visibleAt(height);
  const steps = program.steps.map((made, at): DueNode => {
    const { contract: name, uses, effect } = made;
    const writes = isGrouped(program, at) || made.outcome.kind === "nothing" ? [] : made.writes;
    const node: Node = { ...place, step: asStepIndex(at), kind: "step" };
    return { node, contract: name, program, uses, writes, effect, round: roundOf(name, uses) };
  });
  const { group } = program;
  if (group === undefined) return steps;
  const uses = program.steps.flatMap((_, at) => (isGrouped(program, at) ? [at] : []));
  const settles = settlesOf(program).map((name): DueNode => {
    const node: Node = { ...place, step: asStepIndex(group.last), kind: "settle" };
    const own = groupSteps(program).filter((made) => made.contract === name);
    const writes = failedStep(program) === undefined ? own.flatMap((made) => made.writes) : [];
    return { node, contract: name, program, uses, writes, effect: undefined, round: roundOf(name, uses) };
  });
  return [...steps, ...settles];
}

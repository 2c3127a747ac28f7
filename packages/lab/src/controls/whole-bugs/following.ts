// Bugs of following shards: which rounds are executed when, and with what (R2-R6, C1, C3, C6).

import { type Bug, bugOf, editOf } from "../bug.ts";

const bug = bugOf("whole");
/** Somebody follows a shard whose committee lies. */
const observed = bugOf("whole", ({ whole, weights, world }) => {
  const { lost = null, observed = [] } = whole ?? {};
  const isObserver = ({ seat }: { readonly seat: number }) => seat >= weights.length;
  return lost?.how === "false-sources" && observed.includes(lost.shard) && world.instances.some(isObserver);
});
/** What liars claim is attested, and somebody follows their shard. */
const deceived = bugOf("whole", ({ whole }) => whole?.lost?.how === "lies");
const edit = editOf("attestation");
const editReplica = editOf("replica");
const editExecution = editOf("execution");

const follower = "following/shard-follower.ts";

export const followingBugs: readonly Bug[] = [
  bug(
    "sees-too-much",
    "uses claims that the round's order header does not cite yet (R2)",
    7,
    edit(follower, "if (block.height > attested) return true;", ""),
  ),
  bug(
    "does-not-wait",
    "executes rounds before it knows the attest chain up to their citations (R2)",
    1396,
    edit(follower, "return this.#attests.last >= attested;", "return true;"),
  ),
  bug(
    "visible-by-own-chain",
    "takes for visible what is final on its own attest chain (R2)",
    7,
    edit(
      "shards.ts",
      "const { height, attested } = block.header;",
      "const { height } = block.header;\n    const attested = this.#core.chain.base;",
    ),
  ),
  bug(
    "visible-ignored",
    "does not look at claims of other shards (R2)",
    7,
    edit(follower, "else if (this.needs(place)) this.#visible.push(", "else if (place.round < 0) this.#visible.push("),
  ),
  bug(
    "own-height-ignored",
    "leaves out claims of the very round in which a program was ordered (R2)",
    7,
    edit(follower, "from !== undefined && from <= round;", "from !== undefined && from < round;"),
  ),
  bug(
    "quiet-rounds-skipped",
    "executes no rounds without blobs, though programs wait (R4)",
    23,
    edit(
      follower,
      "const order = this.#orders.first;\n",
      "while (this.#orders.first?.slice.blobs.length === 0) this.#done = (this.#orders.shift() as Order).height;\n    const order = this.#orders.first;\n",
    ),
    editExecution(
      "round/shard-execution.ts",
      "assert(slice.height === this.#height + 1,",
      "assert(slice.height > this.#height,",
    ),
  ),
  bug(
    "claims-when-idle",
    "makes a claim in rounds without work (C1)",
    7,
    editExecution(
      "round/shard-execution.ts",
      "if (slice.blobs.length === 0 && due.length === 0) return undefined;",
      "",
    ),
  ),
  bug(
    "reads-when-idle",
    "reads state in rounds without work (R6)",
    7,
    editExecution(
      "round/shard-execution.ts",
      "if (slice.blobs.length === 0 && due.length === 0) return undefined;",
      "if (slice.blobs.length === 0 && due.length === 0) { yield [new Uint8Array(1)]; return undefined; }",
    ),
  ),
  bug(
    "pending-forgotten",
    "forgets pending programs when it restarts (C3)",
    62,
    editReplica(
      "executions.ts",
      "const pending = frontier === undefined ? [] : yield* this.#pendingAfter(shard, frontier);",
      "const pending = frontier === undefined ? yield* this.#pendingAfter(shard, begun.frontier) : [];",
    ),
    editExecution(
      "round/shard-execution.ts",
      "assert(frontier.pending.count === pending.length,",
      "assert(frontier.pending.count >= 0,",
    ),
  ),
  bug(
    "seen-forgotten",
    "shows a restarted execution no claims that were visible before (C3)",
    82,
    edit(
      "following/start.ts",
      "return asHeight(Math.min(done, first?.program.height ?? done));",
      "return asHeight(first === undefined ? done : Math.max(done, first.program.height));",
    ),
  ),
  bug(
    "first-touched-only",
    "gives a blob to the first of its shards alone (O5)",
    7,
    edit(
      "slices.ts",
      "envelope.touches.filter((shard) => found.has(shard));",
      "envelope.touches.slice(0, 1).filter((shard) => found.has(shard));",
    ),
  ),
  bug(
    "settled-disputed",
    "disputes what is attested and forgotten (C6)",
    7,
    edit("following/own-claims.ts", "if (round <= this.#base.round) return same;", ""),
  ),
  bug(
    "later-disputed",
    "disputes claims of rounds that it has not come to (C6)",
    7,
    edit("following/own-claims.ts", "if (round <= done) return", "if (round <= done + 1) return"),
  ),
  bug(
    "pending-not-portioned",
    "shows an execution the newest visible claim alone (R2)",
    23,
    edit(
      follower,
      "const visible = portion.map(({ content }) => content as VisibleClaim);",
      "const visible = portion.map(({ content }) => content as VisibleClaim).slice(-1);",
    ),
  ),
  deceived(
    "attested-believed",
    "takes what is attested for what it came to itself (C6)",
    37,
    edit(
      "following/own-claims.ts",
      'if (own !== undefined) return equalBytes(own.root, root) ? same : { kind: "another", own };',
      "if (own !== undefined) return same;",
    ),
  ),
  deceived(
    "dispute-not-said",
    "stops a shard that a quorum contradicted, and does not say so (C6)",
    98,
    edit("following/follower.ts", 'this.#effects.push({ kind: "diverged", ...dispute });', ""),
  ),
  deceived(
    "dispute-stops-others",
    "stops every shard when a quorum contradicted one (C6)",
    767,
    edit(
      "following/follower.ts",
      'this.#effects.push({ kind: "diverged", ...dispute });',
      'this.#effects.push({ kind: "diverged", ...dispute });\n    this.#shards.clear();',
    ),
  ),
  observed(
    "disputed-goes-on",
    "goes on with a shard after a quorum contradicted it (C6)",
    236,
    edit(
      follower,
      "this.#dispute = { shard: this.shard, round, own: own?.root, theirs: theirs.root };\n    this.#orders.clear();",
      "this.#desk.onDispute({ shard: this.shard, round, own: own?.root, theirs: theirs.root });\n    if (round >= 0) return;\n    this.#orders.clear();",
    ),
  ),
];

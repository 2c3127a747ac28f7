// What a check finds, and at whose door it lies. A check of what others gave has three ways to fail, and they must not be
// taken for each other:
//
//   material   what was given to check with is not what it should be; nothing is said of the claim
//   basis      what the claim builds on (the claim before, another shard's) cannot be; nothing is said of this claim
//   claim      the claim is false, as anyone can see who has the same material (C2, C3)
//
// Inside this folder a failure is a thrown `CheckFault`; each check's door turns it into a value. Nothing else is thrown,
// whatever the material is.

import { AssertionFault, type Codec, type Failure, type Node, type Result, success } from "@tandem/shared";

export type MaterialCode =
  | "malformed" // it breaks the rules of its own message
  | "wrong-root" // it is something else than what is committed to
  | "wrong-witness" // the witness does not fit the root of the map
  | "not-in-witness" // running the nodes touches a key that the witness does not have
  | "wrong-programs" // not exactly the programs that it takes, in line order
  | "wrong-rounds"; // slices or exports are not those of the rounds since the claim before

export type BasisCode =
  | "bad-record" // a contract's record that is none
  | "bad-entry" // a pending entry that no execution of its program leaves
  | "wrong-count"; // another number of pending programs than the map has

export type ClaimCode =
  | "wrong-place" // of another epoch or shard, or not after the claim before
  | "wrong-prev" // another claim before
  | "skipped-round" // a round between had work (C1)
  | "idle-round" // the round had no work (C1)
  | "no-such-node" // the program has no such node in this contract
  | "missing-node" // it was due, and the claim did not run it
  | "superfluous-node" // it was not due
  | "overfull-round" // more than a round may run (R4)
  | "missing-input"
  | "superfluous-input"
  | "wrong-input" // other content, or attributed to something else
  | "missing-export"
  | "superfluous-export"
  | "wrong-export"
  | "missing-source"
  | "superfluous-source"
  | "wrong-source"
  | "wrong-pre"
  | "wrong-post"
  | "wrong-contracts"
  | "wrong-pending-count"
  | "wrong-pending-root";

export type CheckFailure = At &
  (
    | (Failure<MaterialCode> & { readonly fault: "material" })
    | (Failure<BasisCode> & { readonly fault: "basis" })
    | (Failure<ClaimCode> & { readonly fault: "claim" })
  );

interface At {
  /** Where in the line it differs, if it is a matter of one node. */
  readonly node: Node | undefined;
}

export type CheckVerdict = Result<void, CheckFailure>;

/** Never leaves this folder. */
class CheckFault {
  readonly failure: CheckFailure;

  constructor(failure: CheckFailure) {
    this.failure = failure;
  }
}

export function verdictOf<T>(check: () => T): Result<T, CheckFailure> {
  try {
    return success(check());
  } catch (fault) {
    if (!(fault instanceof CheckFault)) throw fault;
    return { ok: false, error: fault.failure };
  }
}

export function unusable(code: MaterialCode, path: string, message: string, node?: Node): never {
  throw new CheckFault({ fault: "material", code, path, message, node });
}

export function baseless(code: BasisCode, path: string, message: string, node?: Node): never {
  throw new CheckFault({ fault: "basis", code, path, message, node });
}

export function refuted(code: ClaimCode, path: string, message: string, node?: Node): never {
  throw new CheckFault({ fault: "claim", code, path, message, node });
}

/** A copy that is known to keep all rules of its message, made of what others gave. */
export function ownCopy<T>(codec: Codec<T>, value: T, path: string): T {
  const copy = codec.decode(encoded(codec, value, path));
  return copy.ok ? copy.value : unusable("malformed", path, copy.error.message);
}

function encoded<T>(codec: Codec<T>, value: T, path: string): Uint8Array {
  try {
    return codec.encode(value);
  } catch (fault) {
    // Encoding asserts the rules of our own messages. This one is not our own, and may have any shape at all.
    const message = fault instanceof AssertionFault ? fault.message : "it has not even the shape of one";
    return unusable("malformed", path, `${codec.name}: ${message}`);
  }
}

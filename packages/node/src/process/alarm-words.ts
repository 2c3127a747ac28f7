// C6, C4: alarms in words, for whoever reads the log: what happened, and what it means.

import type { Alarm, Difference, Dispute, Explanation, KeyDifference } from "@tandem/attestation";
import { type Chain, fromUtf8, type ShardName, toHex } from "@tandem/shared";

export function alarmedShard(alarm: Alarm): ShardName {
  switch (alarm.what) {
    case "explained":
      return alarm.dispute.shard;
    case "shown":
      return alarm.explanation.dispute.shard;
    default:
      return alarm.shard;
  }
}

export function alarmWords(alarm: Alarm): string {
  switch (alarm.what) {
    case "diverged":
      return `${disputeWords(alarm)}. This node follows ${alarm.shard} no further and keeps its own state; its other shards and ordering go on`;
    case "explained":
      return `${disputeWords(alarm.dispute)}. They first differ ${differenceWords(alarm.difference)}`;
    case "built-on-disputed":
      return `${alarm.shard} waits for ${alarm.dispute.shard}, or used its claims from round ${alarm.dispute.round} on, and these are disputed here`;
    case "shown":
      return explanationWords(alarm.explanation);
    case "not-affirmed":
      return `the claim of ${alarm.shard} for round ${alarm.round} follows one below the mark that was made for this node's key, so it is not affirmed; if the quorum needs this node, the shard stands still`;
    case "no-mark":
      return `this node has no record of what its key signed for ${alarm.shard}, so it affirms nothing there, and a restart does not help; see no-mark in docs/troubles.md`;
  }
}

/** S8. `folder` is that of the journal. */
export function noVoteWords(chain: Chain, folder: string): string {
  return `this node has no record of what its key voted for on the ${chain} chain, so it follows that chain and does not vote there; stop it and put ${folder} back as this machine last had it, or see no-vote in docs/troubles.md`;
}

const endWords: Readonly<Record<Explanation["end"], string>> = {
  all: "no other key differs",
  more: "more keys differ",
  "not-shown": "they do not show the state behind their claim",
  "no-map": "their claim names a state that no state can have",
  "not-kept": "the own state of that round is not kept any more",
  "other-rounds": "the claims are of different rounds",
};

function explanationWords({ dispute, keys, end }: Explanation): string {
  const found = keys.map(keyWords).join("; ");
  return `${disputeWords(dispute)}. ${found === "" ? "No key was found" : found}; ${endWords[end]}`;
}

function keyWords({ map, key, own, theirs, lane }: KeyDifference): string {
  const where = map.kind === "state" ? map.contract : `the map of ${map.kind}`;
  const [node] = lane?.touching ?? [];
  const who =
    node === undefined
      ? "no step of the round touches it"
      : `${node.node.kind} #${node.node.step} of the program ${node.node.height}/${node.node.index} touches it`;
  return `In ${where} the key ${keyText(key)} has ${valueText(own)} here and ${valueText(theirs)} there: ${who}`;
}

/** Keys are mostly text, or begin with it. */
function keyText(key: Uint8Array): string {
  const text = fromUtf8(key);
  return text !== undefined && /^[\x20-\x7e]+$/.test(text) ? `"${text}"` : `0x${toHex(key)}`;
}

function valueText(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? "nothing" : `0x${toHex(bytes.subarray(0, 32))}${bytes.length > 32 ? "…" : ""}`;
}

function disputeWords({ shard, round, own, theirs }: Dispute): string {
  const made = own === undefined ? "no claim" : `${toHex(own).slice(0, 16)}…`;
  return `${shard}: a quorum stands behind ${toHex(theirs).slice(0, 16)}… in round ${round}, and this node made ${made}`;
}

function differenceWords(difference: Difference): string {
  switch (difference.what) {
    case "export": {
      const { contract, node } = difference;
      return `at ${node.kind} #${node.step} of the program ${node.height}/${node.index}, in ${contract}`;
    }
    case "idle":
      return "in whether there was any work";
    case "prev":
    case "sources":
    case "contracts":
    case "pending":
    case "round":
      return `in their ${difference.what}`;
    default:
      return `in the ${difference.what} of ${difference.contract}`;
  }
}

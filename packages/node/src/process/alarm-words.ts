// C6, C4: alarms in words, for whoever reads the log: what happened, and what it means.

import type { Alarm, Difference, Dispute } from "@tandem/attestation";
import { toHex } from "@tandem/shared";

export function alarmWords(alarm: Alarm): string {
  switch (alarm.what) {
    case "diverged":
      return `${disputeWords(alarm)}. This node follows ${alarm.shard} no further and keeps its own state; its other shards and ordering go on`;
    case "explained":
      return `${disputeWords(alarm.dispute)}. They first differ ${differenceWords(alarm.difference)}`;
    case "built-on-disputed":
      return `${alarm.shard} waits for ${alarm.dispute.shard}, or used its claims from round ${alarm.dispute.round} on, and these are disputed here`;
    case "no-mark":
      return `this node has no record of what its key signed for ${alarm.shard}, so it affirms nothing there`;
  }
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
      return `in their ${difference.what}`;
    default:
      return `in the ${difference.what} of ${difference.contract}`;
  }
}

// Words for a timeline: one line says what a message, an input or an observation is.

import type { Message } from "@tandem/consensus";
import type { Receipt } from "@tandem/ordering";
import type { Affirmation, AttestBlock, Certificate, Root } from "@tandem/shared";
import { toHex } from "@tandem/shared";
import type { ExecutedFacts } from "../checkers/whole/truth.ts";
import type { LabInput, LabMessage, LabTimer, Observation } from "../nodes/words.ts";
import { type Block, blockRules } from "../payload/block.ts";

export function describeMessage(message: LabMessage): string {
  switch (message.kind) {
    case "blobs":
      return `batch ${message.batch} of ${message.blobs.length} blobs`;
    case "received":
      return `batch ${message.batch} received`;
    case "want":
      return `want ${message.id} of ${message.roots.length} blobs, ${message.roots.slice(0, 3).map(short).join(" ")}`;
    case "found":
      return `${message.blobs.length} blobs for want ${message.id}`;
    case "want-slices":
      return `want ${message.id} of ${message.count} slices of ${message.shard} from height ${message.from}`;
    case "slices":
      return `${message.run.slices.length} slices for want ${message.id}`;
    case "attest":
      return `attest chain: ${describeVotes(message.message)}`;
    case "affirmations":
      return `affirmations: ${message.affirmations.map(describeAffirmation).join(", ")}`;
    case "want-content":
      return `want ${message.id} of the content of claim ${short(message.claim)}`;
    case "content":
      return `${message.content?.length ?? "no"} bytes of content for want ${message.id}`;
    case "want-state":
      return `want ${message.id} of a part of the ${message.map.kind} of ${message.shard} after round ${message.round}`;
    case "state":
      return `${message.part?.kind ?? "nothing"} for want ${message.id} of state`;
    default:
      return describeVotes(message);
  }
}

/** Of consensus, on either chain. */
function describeVotes(message: Message<Block | AttestBlock>): string {
  switch (message.kind) {
    case "proposal": {
      const { block, parent } = message.proposal;
      const { view, height, root } = blockRules.infoOf(block as Block);
      const below = parent === undefined ? "genesis" : describeCertificate(parent);
      return `proposal of view ${view}: height ${height}, block ${short(root)}, ${countOf(block)}, on ${below}`;
    }
    case "vote": {
      const { kind, view, block, signer } = message.vote;
      return `${kind} of view ${view}${kind === "nullify" ? "" : `, block ${short(block)}`}, by ${signer}`;
    }
    case "certificate":
      return describeCertificate(message.certificate);
    case "reason":
      return `reason in view ${message.view}`;
    case "request": {
      const { id, request } = message;
      const what =
        request.kind === "certificates"
          ? `certificates of views ${request.from} to ${request.to}`
          : request.kind === "block"
            ? `block ${short(request.root)}`
            : `the chain from height ${request.from}`;
      return `request ${id} for ${what}`;
    }
    case "answer":
      return `answer to ${message.id}: ${message.blocks.length} blocks, ${message.certificates.length} certificates`;
  }
}

function countOf({ body }: Block | AttestBlock): string {
  return "items" in body ? `${body.items.length} items` : `${body.blobs.length} blobs`;
}

function describeAffirmation({ shard, round, claim, signer }: Affirmation): string {
  return `${shard} round ${round} claim ${short(claim)} by ${signer}`;
}

export function describeInput(input: LabInput): string {
  switch (input.kind) {
    case "start":
      return describeStart(input);
    case "message":
      return describeMessage(input.message);
    case "timer":
      return describeTimer(input.timer);
    case "verified":
      return `check ${input.id}: ${input.valid.filter(Boolean).length} of ${input.valid.length} hold`;
    case "checked":
      return `block ${short(input.root)} is ${input.verdict}`;
    case "built":
      return input.block === undefined
        ? `nothing to propose in view ${input.view}`
        : `block ${short(blockRules.infoOf(input.block).root)} built for view ${input.view}`;
    case "reason":
      return input.has ? "has a reason to propose" : "has no reason to propose";
    case "item":
      return `work ${input.item} arrives`;
    case "attested-to":
      return `attest blocks up to ${input.height} are final`;
    case "submit":
      return `submission ${input.id}: a blob of ${input.bytes.length} bytes`;
    case "read":
      return `read ${input.id}: ${input.records.length} records`;
    case "clock":
      return `clock ${input.id}: ${input.nowMs}`;
    case "opened":
      return `execution ${input.id}: opened at round ${input.opened.frontier.round}`;
    case "executed":
      return `execution ${input.id}: ${input.executed.result === undefined ? "no claim" : `claim ${short(input.executed.result.root)}`}`;
    case "later":
      return `${input.effects.length} effects held back`;
  }
}

function describeStart(input: Extract<LabInput, { readonly kind: "start" }>): string {
  if ("final" in input) return `start at height ${input.final.info.height}, with ${input.journal.length} records`;
  const { journals, kept, own } = input;
  const records = `${journals.order.length} and ${journals.attest.length} records`;
  return `start with ${kept.length} blobs kept and ${own.length} own records, with ${records} in journals`;
}

function describeTimer(timer: LabTimer): string {
  switch (timer.name) {
    case "attest":
      return `attest chain: ${describeTimer(timer.timer)}`;
    case "affirm":
      return `timer affirm of ${timer.shard}`;
    case "heartbeat":
      return `timer heartbeat ${timer.beat}`;
    case "repair":
    case "fetch":
    case "wake":
    case "content":
    case "state":
      return `timer ${timer.name} ${timer.id}`;
    case "push":
      return `timer push of batch ${timer.batch} to ${timer.peer}`;
    case "offer":
      return "timer offer";
    default:
      return `timer ${timer.name} of view ${timer.view}`;
  }
}

export function describeObservation(observation: Observation): string {
  switch (observation.kind) {
    case "booted":
      return `runs from height ${observation.finals.length}, with ${observation.journal.length} records`;
    case "durable":
      return `${observation.records.length} records durable`;
    case "pruned":
      return `journal below view ${observation.below} dropped`;
    case "sent":
      return `says to ${observation.to < 0 ? "all" : observation.to}: ${describeMessage(observation.message)}`;
    case "delivered": {
      const { height, view, root } = observation.info;
      return `final: height ${height}, view ${view}, block ${short(root)}, by a ${observation.certificate.kind}`;
    }
    case "evidence": {
      const { first, second } = observation;
      return `evidence against ${first.signer}: ${first.kind} and ${second.kind} of view ${first.view}`;
    }
    case "work":
      return observation.has ? "has work" : "has no work left";
    case "restored":
      return `holds ${observation.records.length} records that are watched`;
    case "stored":
      return `stored: ${observation.batch.puts.length} records, without ${observation.batch.deletes.length}`;
    case "heard":
      return `hears from ${observation.from}: ${describeMessage(observation.message)}`;
    case "receipt":
      return `submission ${observation.id}: ${describeReceipt(observation.receipt)}`;
    case "ordered":
      return `ordered: height ${observation.info.height}, ${observation.blobs.length} blobs`;
    case "attest":
      return `attest chain: ${describeObservation(observation.observation)}`;
    case "executed":
      return describeExecuted(observation);
    case "news":
      return `news: ${observation.news.kind}`;
    case "attest-diverged":
      return `stops at attest height ${observation.height}: ${observation.problem}`;
    case "diverged":
      return `stops at height ${observation.info.height}: ${observation.problem.code}, ${observation.problem.message}`;
  }
}

function describeExecuted({ shard, height, result }: ExecutedFacts): string {
  if (result === undefined) return `executes round ${height} of ${shard}, and claims nothing`;
  return `executes round ${height} of ${shard}: claim ${short(result.root)}`;
}

function describeReceipt(receipt: Receipt): string {
  if (receipt.kind === "accepted") return `accepted, blob ${short(receipt.blob)}`;
  return `refused, ${receipt.refusal.code}: ${receipt.refusal.message}`;
}

function describeCertificate({ kind, view, block, bitmap }: Certificate): string {
  const signers = bitmap.flatMap((bit, seat) => (bit ? [seat] : [])).join(" ");
  return `${kind} of view ${view}${kind === "nullification" ? "" : `, block ${short(block)}`}, by ${signers}`;
}

function short(root: Root): string {
  return toHex(root).slice(0, 8);
}

// Words for a timeline: one line says what a message, an input or an observation is.

import type { Certificate, Root } from "@tandem/shared";
import { toHex } from "@tandem/shared";
import type { LabInput, LabMessage, Observation } from "../nodes/words.ts";
import { blockRules } from "../payload/block.ts";

export function describeMessage(message: LabMessage): string {
  switch (message.kind) {
    case "proposal": {
      const { block, parent } = message.proposal;
      const { view, height, root } = blockRules.infoOf(block);
      const below = parent === undefined ? "genesis" : describeCertificate(parent);
      return `proposal of view ${view}: height ${height}, block ${short(root)}, ${block.body.blobs.length} blobs, on ${below}`;
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

export function describeInput(input: LabInput): string {
  switch (input.kind) {
    case "start":
      return `start at height ${input.final.info.height}, with ${input.journal.length} records`;
    case "message":
      return describeMessage(input.message);
    case "timer": {
      const { timer } = input;
      return `timer ${timer.name} ${timer.name === "heartbeat" ? timer.beat : timer.name === "repair" ? timer.id : `of view ${timer.view}`}`;
    }
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
    case "later":
      return `${input.effects.length} effects held back`;
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
  }
}

function describeCertificate({ kind, view, block, bitmap }: Certificate): string {
  const signers = bitmap.flatMap((bit, seat) => (bit ? [seat] : [])).join(" ");
  return `${kind} of view ${view}${kind === "nullification" ? "" : `, block ${short(block)}`}, by ${signers}`;
}

function short(root: Root): string {
  return toHex(root).slice(0, 8);
}

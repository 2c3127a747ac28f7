// Messages put together by hand, as docs/wire.md says, without any limits. Of the codecs only those of the parts that
// `shared` proves by an oracle of its own are used.

import type { Message, Request } from "@tandem/consensus";
import {
  type AttestBlock,
  affirmationCodec,
  attestHeaderCodec,
  attestItemsCodec,
  type Certificate,
  certificateCodec,
  namespaceProofCodec,
  type OrderBlock,
  orderBlockCodec,
  orderHeaderCodec,
  touchCodec,
  voteCodec,
} from "@tandem/shared";
import type { ReplicaMessage } from "../../src/index.ts";

type Slices = Extract<ReplicaMessage, { readonly kind: "slices" }>["run"];

/** A field of varying size. */
interface Varying {
  readonly bytes: Uint8Array;
}

const varying = (bytes: Uint8Array): Varying => ({ bytes });

function numberOf(value: number, bytes: number): Uint8Array {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer.subarray(0, bytes);
}

const count = (value: number) => numberOf(value, 8);
const offset = (value: number) => numberOf(value, 4);

/** A container: fields of varying size leave an offset, and stand behind the others. */
function fields(...parts: readonly (Uint8Array | Varying)[]): Uint8Array {
  let at = parts.reduce((sum, part) => sum + ("bytes" in part ? 4 : part.length), 0);
  const head: Uint8Array[] = [];
  const tail: Uint8Array[] = [];
  for (const part of parts) {
    head.push("bytes" in part ? offset(at) : part);
    if (!("bytes" in part)) continue;
    tail.push(part.bytes);
    at += part.bytes.length;
  }
  return Buffer.concat([...head, ...tail]);
}

const list = (items: readonly Uint8Array[]) => varying(fields(...items.map(varying)));
const listOfFixed = (items: readonly Uint8Array[]) => varying(Buffer.concat(items));
const optional = (item: Uint8Array | undefined) => list(item === undefined ? [] : [item]);
const certificateOf = (certificate: Certificate | undefined) => certificate && certificateCodec.encode(certificate);

/** A block without a citation may have more blobs than the limit. */
function blockOf(block: OrderBlock): Uint8Array {
  const { header, body } = block;
  if (body.citation !== undefined) return orderBlockCodec.encode(block);
  return fields(orderHeaderCodec.encode(header), varying(fields(listOfFixed(body.blobs), varying(Buffer.alloc(0)))));
}

function runOf({ headers, slices, certificate }: Slices): Uint8Array {
  const encoded = slices.map(({ touches, proof, blobs }) =>
    fields(listOfFixed(touches.map(touchCodec.encode)), varying(namespaceProofCodec.encode(proof)), list(blobs)),
  );
  return fields(listOfFixed(headers.map(orderHeaderCodec.encode)), list(encoded), optional(certificateOf(certificate)));
}

type AttestVotes = Extract<ReplicaMessage, { readonly kind: "attest" }>["message"];
type Votes<Block> = Message<Block>;

function requestOf(request: Request): Uint8Array {
  switch (request.kind) {
    case "certificates":
      return Buffer.concat([Uint8Array.of(1), count(request.from), count(request.to)]);
    case "block":
      return Buffer.concat([Uint8Array.of(2), request.root]);
    case "chain":
      return Buffer.concat([Uint8Array.of(3), count(request.from)]);
  }
}

/** What consensus says, of blocks that are encoded so. */
function votesOf<Block>(message: Votes<Block>, encode: (block: Block) => Uint8Array): readonly [number, Uint8Array] {
  switch (message.kind) {
    case "proposal": {
      const { block, parent, signature } = message.proposal;
      const proposal = fields(varying(encode(block)), optional(certificateOf(parent)), signature);
      return [1, fields(varying(proposal))];
    }
    case "vote":
      return [2, voteCodec.encode(message.vote)];
    case "certificate":
      return [3, fields(varying(certificateCodec.encode(message.certificate)))];
    case "reason":
      return [4, fields(count(message.view), Uint8Array.of(message.isBeat ? 1 : 0))];
    case "request":
      return [5, fields(count(message.id), varying(requestOf(message.request)))];
    case "answer": {
      const blocks = message.blocks.map(({ block, certificate }) =>
        fields(varying(encode(block)), varying(certificateCodec.encode(certificate))),
      );
      return [6, fields(count(message.id), list(blocks), list(message.certificates.map(certificateCodec.encode)))];
    }
  }
}

function attestVotesOf(message: AttestVotes): readonly [number, Uint8Array] {
  const [kind, body] = votesOf(message, attestBlockOf);
  return [32 + kind, body];
}

/** Items may be more, in number and in bytes, than the limits. */
function attestBlockOf({ header, body }: AttestBlock): Uint8Array {
  const { items, citation } = body;
  // A list of one item of varying size is its offset, and the item.
  const encoded = items.map((item) => attestItemsCodec.encode([item]).subarray(4));
  const cited = citation && orderCitationOf(citation);
  return fields(attestHeaderCodec.encode(header), varying(fields(list(encoded), optional(cited))));
}

function orderCitationOf({ header, certificate, descent }: NonNullable<AttestBlock["body"]["citation"]>): Uint8Array {
  return fields(
    orderHeaderCodec.encode(header),
    varying(certificateCodec.encode(certificate)),
    varying(fields(listOfFixed(descent.path))),
  );
}

function bodyOf(message: ReplicaMessage): readonly [number, Uint8Array] {
  switch (message.kind) {
    case "blobs":
      return [17, fields(count(message.batch), list(message.blobs))];
    case "received":
      return [18, count(message.batch)];
    case "want":
      return [19, fields(count(message.id), listOfFixed(message.roots))];
    case "found":
      return [20, fields(count(message.id), list(message.blobs))];
    case "want-slices": {
      const { id, shard, from, count: wanted } = message;
      return [21, fields(count(id), varying(Buffer.from(shard, "ascii")), count(from), count(wanted))];
    }
    case "slices":
      return [22, fields(count(message.id), varying(runOf(message.run)))];
    case "attest":
      return attestVotesOf(message.message);
    case "affirmations":
      return [49, fields(list(message.affirmations.map(affirmationCodec.encode)))];
    case "want-content":
      return [50, fields(count(message.id), message.claim)];
    case "content":
      return [51, fields(count(message.id), optional(message.content))];
    case "want-state": {
      const { id, shard, round, map, root, place } = message;
      const contract = map.kind === "state" ? Buffer.from(map.contract, "ascii") : undefined;
      const kind = Uint8Array.of(1 + ["contracts", "pending", "state"].indexOf(map.kind));
      const way = [place.path, numberOf(place.depth, 2)];
      return [
        52,
        fields(
          count(id),
          varying(Buffer.from(shard, "ascii")),
          count(round),
          varying(fields(kind, optional(contract))),
          root,
          ...way,
        ),
      ];
    }
    case "state":
      return [53, fields(count(message.id), optional(partOf(message.part)))];
    default:
      return votesOf(message, blockOf);
  }
}

function partOf(part: Extract<ReplicaMessage, { readonly kind: "state" }>["part"]): Uint8Array | undefined {
  if (part === undefined) return undefined;
  const body = part.kind === "entry" ? fields(varying(part.value.key), varying(part.value.value)) : part.value;
  return Buffer.concat([Uint8Array.of(part.kind === "entry" ? 1 : 0), body]);
}

export function encodeByHand(message: ReplicaMessage): Uint8Array {
  const [kind, body] = bodyOf(message);
  return Uint8Array.from(Buffer.concat([Uint8Array.of(kind), body]));
}

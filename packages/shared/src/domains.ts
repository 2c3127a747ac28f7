// Domains: every signature is over a domain and an SSZ root, so that what is signed for one purpose, chain or
// network can never be read as signed for another (section 8, C4).
//
// A domain is the hash of a 32-byte tag and the network's root (the root of its genesis). A tag is ASCII text
// that zeros fill up: all have one size, so none is the beginning of another. Possession of a key (section 8)
// is proven inside genesis, before its root exists: its domain has the zero root in place of a network.

import { assert } from "./assert.ts";
import { utf8 } from "./bytes.ts";
import { hashPair } from "./hashing.ts";
import type { Chain } from "./messages/evidence.ts";
import type { VoteKind } from "./messages/vote.ts";
import { type Root, zeroRoot } from "./numbers.ts";

declare const brand: unique symbol;

/** 32 bytes that say what a signature is for. */
export type Domain = Uint8Array & { readonly [brand]: "Domain" };

function domainOf(text: string, network: Root): Domain {
  const name = utf8(`tandem ${text}`);
  assert(name.length <= 32, `a tag has at most 32 bytes: ${text}`);
  const tag = new Uint8Array(32);
  tag.set(name);
  return hashPair(tag, network) as Domain;
}

/** For votes, and the certificates that aggregate them. */
export function voteDomain(network: Root, chain: Chain, kind: VoteKind): Domain {
  return domainOf(`${chain} ${kind}`, network);
}

/** For a follower's signature over a claim (C4). */
export function affirmDomain(network: Root): Domain {
  return domainOf("affirm", network);
}

/** For a payer's signature over an envelope (O1). */
export function blobDomain(network: Root): Domain {
  return domainOf("blob", network);
}

/** For a validator's signature over the two ends of a connection, by which it speaks there for its seat. */
export function helloDomain(network: Root): Domain {
  return domainOf("hello", network);
}

/** For a key's signature over itself. */
export function possessionDomain(): Domain {
  return domainOf("possession", zeroRoot);
}

/** The 32 bytes that a key signs. */
export function signingRoot(domain: Domain, root: Root): Root {
  return hashPair(domain, root) as Root;
}

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { affirmDomain, blobDomain, helloDomain, possessionDomain, signingRoot, voteDomain } from "../src/domains.ts";
import { asRoot } from "../src/numbers.ts";

const networks = [asRoot(new Uint8Array(32).fill(1)), asRoot(new Uint8Array(32).fill(2))];
const chains = ["order", "attest"] as const;
const kinds = ["notarize", "nullify", "finalize"] as const;

function hash(...parts: readonly Uint8Array[]): string {
  return createHash("sha256").update(Buffer.concat(parts)).digest("hex");
}

/** A tag: text that zeros fill up to 32 bytes. */
function tag(text: string): Uint8Array {
  return Buffer.concat([Buffer.from(text), Buffer.alloc(32)], 32);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

describe("domains", () => {
  test("a vote's domain commits to its kind, its chain and its network", () => {
    for (const network of networks) {
      for (const chain of chains) {
        for (const kind of kinds) {
          expect(hex(voteDomain(network, chain, kind))).toBe(hash(tag(`tandem ${chain} ${kind}`), network));
        }
      }
    }
  });

  test("affirmations, envelopes and hellos have a domain for each network, possession one for all", () => {
    for (const network of networks) {
      expect(hex(affirmDomain(network))).toBe(hash(tag("tandem affirm"), network));
      expect(hex(blobDomain(network))).toBe(hash(tag("tandem blob"), network));
      expect(hex(helloDomain(network))).toBe(hash(tag("tandem hello"), network));
    }
    expect(hex(possessionDomain())).toBe(hash(tag("tandem possession"), new Uint8Array(32)));
  });

  test("no two are equal", () => {
    const domains = networks.flatMap((network) => [
      ...chains.flatMap((chain) => kinds.map((kind) => voteDomain(network, chain, kind))),
      affirmDomain(network),
      blobDomain(network),
      helloDomain(network),
    ]);
    domains.push(possessionDomain());
    expect(new Set(domains.map(hex)).size).toBe(2 * (2 * 3 + 3) + 1);
  });

  test("what is signed is the hash of domain and root, in this order", () => {
    const root = asRoot(new Uint8Array(32).fill(3));
    const domain = blobDomain(networks[0] as (typeof networks)[0]);
    expect(hex(signingRoot(domain, root))).toBe(hash(domain, root));
  });
});

// One chain of the test world: headers with real histories, and certificates for a few of them.

import type { Electorate } from "../../src/certificates.ts";
import {
  appendToHistory,
  emptyHistory,
  type History,
  historyRoot,
  MemoryHistory,
  proveHistory,
} from "../../src/merkle/index.ts";
import type { AttestHeader } from "../../src/messages/attest-header.ts";
import type { Certificate } from "../../src/messages/certificate.ts";
import type { BlockRef } from "../../src/messages/common.ts";
import type { Chain } from "../../src/messages/evidence.ts";
import type { OrderHeader } from "../../src/messages/order-header.ts";
import { asEpoch, asHeight, type Root } from "../../src/numbers.ts";
import type { HeaderProof } from "../../src/proofs/index.ts";
import type { Scheme } from "../../src/scheme.ts";
import type { Codec } from "../../src/ssz/index.ts";
import { certify, type Holders, must, present, quorumFrom } from "./world-validators.ts";

export interface ChainPlan<Header> {
  readonly chain: Chain;
  readonly codec: Codec<Header>;
  readonly scheme: Scheme;
  readonly network: Root;
  readonly holders: Holders;
  /** Heights whose finalization anybody has. The other headers are final through later ones. */
  readonly certified: readonly number[];
}

export class WorldChain<Header extends OrderHeader | AttestHeader> {
  readonly plan: ChainPlan<Header>;
  readonly headers: Header[] = [];
  readonly roots: Root[] = [];
  readonly #store = new MemoryHistory();
  readonly #certificates = new Map<number, Certificate>();
  #history: History = emptyHistory;

  constructor(plan: ChainPlan<Header>) {
    this.plan = plan;
  }

  /** What the next header carries. */
  get history(): Root {
    return historyRoot(this.#history);
  }

  push(header: Header): void {
    const root = this.plan.codec.root(header);
    const { history, completed } = appendToHistory(this.#history, root);
    this.#history = history;
    this.#store.keep(completed);
    this.headers.push(header);
    this.roots.push(root);
  }

  header(height: number): Header {
    return present(this.headers[height], `${this.plan.chain} header ${height}`);
  }

  root(height: number): Root {
    return present(this.roots[height], `${this.plan.chain} header ${height}`);
  }

  ref(height: number): BlockRef {
    return { height: asHeight(height), root: this.root(height) };
  }

  electorate(epoch = 1): Electorate {
    const { scheme, network, chain, holders } = this.plan;
    return { scheme, network, chain, epoch: asEpoch(epoch), committee: holders.committee };
  }

  /** By other signers at each height. */
  certificate(height: number): Certificate {
    const made = this.#certificates.get(height);
    if (made !== undefined) return made;
    if (!this.plan.certified.includes(height)) throw new Error(`nobody has a certificate of ${height}`);
    const { epoch, view } = this.header(height);
    const { holders } = this.plan;
    const ballot = { epoch, view, block: this.root(height) };
    const signers = quorumFrom(holders, height);
    const certificate = certify(this.electorate(epoch), holders, "finalization", ballot, signers);
    this.#certificates.set(height, certificate);
    return certificate;
  }

  /** Directly if `tip` is the height itself. */
  async prove(height: number, tip: number): Promise<HeaderProof<Header>> {
    const header = this.header(height);
    const certificate = this.certificate(tip);
    if (tip === height) return { header, descendant: undefined, certificate };
    const history = must(await proveHistory(this.#store, tip, height));
    return { header, descendant: { header: this.header(tip), history }, certificate };
  }
}

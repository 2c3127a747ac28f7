// Keys and committee of a setting. The network's root and the keys' seeds are fixed, so that a seed replays anywhere.

import type { Signer } from "@tandem/consensus";
import { nativeScheme } from "@tandem/native";
import {
  assert,
  asValidatorIndex,
  asWeight,
  createCommittee,
  type Electorate,
  mockScheme,
  type Root,
  type SecretKey,
  sha256,
  utf8,
} from "@tandem/shared";
import { epoch } from "../payload/block.ts";
import type { Setting } from "../setting.ts";

export interface Keys {
  readonly electorate: Electorate;
  /** By seat. */
  readonly signers: readonly Signer[];
  readonly leaderSeed: Root;
}

type KeySetting = Pick<Setting, "weights" | "scheme" | "leaderSeed">;

const labNetwork = sha256(utf8("tandem lab network")) as Root;

/** By seat. */
export function secretsOf(setting: KeySetting): readonly SecretKey[] {
  const scheme = setting.scheme === "native" ? nativeScheme : mockScheme;
  return setting.weights.map((_, seat) => scheme.deriveSecretKey(sha256(utf8(`tandem lab key ${seat}`))));
}

/** Under consensus alone, the network has no genesis. */
export function createKeys(setting: KeySetting, network: Root = labNetwork): Keys {
  const scheme = setting.scheme === "native" ? nativeScheme : mockScheme;
  const secrets = secretsOf(setting);
  const members = setting.weights.map((weight, seat) => ({
    key: (secrets[seat] as SecretKey).publicKey.bytes,
    weight: asWeight(BigInt(weight)),
  }));
  const committee = createCommittee(scheme, members);
  assert(committee.ok, "the keys of a setting make a committee");
  const signers = secrets.map((secret, seat) => ({
    seat: asValidatorIndex(seat),
    sign: (message: Root) => scheme.sign(secret, message),
  }));
  return {
    electorate: { scheme, network, chain: "order", epoch, committee: committee.value },
    signers,
    leaderSeed: leaderSeedOf(setting.leaderSeed),
  };
}

/** S1's seed of a number, so that settings stay readable. */
export function leaderSeedOf(seed: number): Root {
  return sha256(utf8(`tandem lab leaders ${seed}`)) as Root;
}

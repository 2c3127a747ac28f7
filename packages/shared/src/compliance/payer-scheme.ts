// What every PayerScheme must do: the examples of RFC 8032, and the table of `payer-table.ts`.

import { assert } from "../assert.ts";
import { equalBytes, fromHex, toHex, utf8 } from "../bytes.ts";
import { type PayerScheme, payerKeyBytes, payerSeedBytes, payerSignatureBytes } from "../payer-scheme.ts";
import type { ComplianceCase } from "./case.ts";
import { payerTable } from "./payer-table.ts";

interface Example {
  readonly name: string;
  readonly seed: string;
  readonly key: string;
  readonly message: string;
  readonly signature: string;
}

/** RFC 8032, section 7.1. */
const examples: readonly Example[] = [
  {
    name: "TEST 1",
    seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    key: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    message: "",
    signature:
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  },
  {
    name: "TEST 2",
    seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    key: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    message: "72",
    signature:
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  },
  {
    name: "TEST 3",
    seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    key: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    message: "af82",
    signature:
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  },
  {
    name: "TEST SHA(abc)",
    seed: "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
    key: "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
    message:
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    signature:
      "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
  },
];

function bytesOf(hex: string): Uint8Array {
  return fromHex(hex) as Uint8Array;
}

function throws(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch {
    return true;
  }
}

/** `bytes` with one bit flipped. */
function changed(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
  return copy;
}

function exampleCases(scheme: PayerScheme): ComplianceCase[] {
  return examples.map(({ name, seed, key, message, signature }) => ({
    name: `RFC 8032: ${name}`,
    run() {
      const publicKey = scheme.publicKeyOf(bytesOf(seed));
      const signed = scheme.sign(bytesOf(seed), bytesOf(message));
      assert(toHex(publicKey) === key, "the public key");
      assert(toHex(signed) === signature, "the signature");
      assert(scheme.verify(publicKey, bytesOf(message), signed), "it verifies");
    },
  }));
}

function formCases(scheme: PayerScheme): ComplianceCase[] {
  const seed = new Uint8Array(payerSeedBytes).fill(7);
  const message = utf8("a message");
  const key = scheme.publicKeyOf(seed);
  const signature = scheme.sign(seed, message);
  return [
    {
      name: "keys and signatures are plain arrays of their own",
      run() {
        assert(key.constructor === Uint8Array && key.length === payerKeyBytes, "a key of 32 plain bytes");
        assert(signature.constructor === Uint8Array && signature.length === payerSignatureBytes, "64 plain bytes");
        assert(signature.buffer !== scheme.sign(seed, message).buffer, "a new array each time");
        assert(equalBytes(seed, new Uint8Array(payerSeedBytes).fill(7)), "the seed stays as it was");
      },
    },
    {
      name: "a change of any bit of key, message or signature is noticed",
      run() {
        for (let bit = 0; bit < 8 * payerSignatureBytes; bit += 3) {
          assert(!scheme.verify(key, message, changed(signature, bit)), `bit ${bit} of the signature`);
        }
        for (let bit = 0; bit < 8 * payerKeyBytes; bit += 3) {
          assert(!scheme.verify(changed(key, bit), message, signature), `bit ${bit} of the key`);
        }
        assert(!scheme.verify(key, changed(message, 0), signature), "a bit of the message");
        assert(!scheme.verify(key, message.subarray(1), signature), "a byte of the message left out");
      },
    },
    {
      name: "messages of any length are signed, at any address",
      run() {
        for (const length of [0, 1, 31, 32, 33, 127, 128, 100_000]) {
          const long = new Uint8Array(length + 3).fill(9).subarray(3);
          assert(scheme.verify(key, long, scheme.sign(seed, long)), `${length} bytes`);
        }
        const apart = new Uint8Array(payerSignatureBytes + 5);
        apart.set(signature, 5);
        assert(scheme.verify(key, message, apart.subarray(5)), "a signature inside a larger array");
      },
    },
    {
      name: "another length is no key and no signature, and a seed of another length is our mistake",
      run() {
        for (const length of [0, 1, 31, 33, 64]) {
          assert(!scheme.verify(new Uint8Array(length).fill(1), message, signature), `a key of ${length} bytes`);
          assert(
            throws(() => scheme.publicKeyOf(new Uint8Array(length))),
            `a seed of ${length} bytes`,
          );
          assert(
            throws(() => scheme.sign(new Uint8Array(length), message)),
            `signing with ${length} bytes`,
          );
        }
        for (const length of [0, 32, 63, 65, 128]) {
          assert(!scheme.verify(key, message, new Uint8Array(length).fill(1)), `a signature of ${length} bytes`);
        }
      },
    },
  ];
}

export function payerSchemeCases(scheme: PayerScheme): ComplianceCase[] {
  const families = payerTable().map(({ name, rows }) => ({
    name: `${name} (${rows.length})`,
    run() {
      for (const row of rows) {
        const verdict = row.valid ? "accepted" : "refused";
        assert(scheme.verify(row.key, row.message, row.signature) === row.valid, `${row.name}: must be ${verdict}`);
      }
    },
  }));
  return [...exampleCases(scheme), ...formCases(scheme), ...families];
}

import { asRoot, mockScheme, utf8 } from "@tandem/shared";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSession, type HelloChecker, makeHello, readHello } from "../../src/network/hello.ts";
import { keysOf, networkRoot, secretKeyOf, validatorAt } from "./support.ts";

const ends = { speaker: utf8("identity of one"), listener: utf8("identity of zero") };
const session = createSession();
const checker: HelloChecker = {
  network: networkRoot,
  scheme: mockScheme,
  keys: keysOf(3),
  ownSeat: 0,
};

function helloAs(validator: { seat: number; secretKey: ReturnType<typeof secretKeyOf> } | undefined): Uint8Array {
  return makeHello({ network: networkRoot, scheme: mockScheme, session, validator }, ends);
}

describe("a hello", () => {
  test("by a seat's key speaks for the seat; without a seat it is an observer's", () => {
    expect(readHello(checker, ends, helloAs(validatorAt(1)))).toEqual({ seat: 1, session });
    expect(readHello(checker, ends, helloAs(undefined))).toEqual({ seat: undefined, session });
  });

  test("serves no other identity, towards no other, in no other network, for no other seat", () => {
    const hello = helloAs(validatorAt(1));
    const thief = utf8("identity of five");
    expect(readHello(checker, { ...ends, speaker: thief }, hello)).toBe("forged-seat");
    expect(readHello(checker, { ...ends, listener: thief }, hello)).toBe("forged-seat");
    expect(readHello(checker, { speaker: ends.listener, listener: ends.speaker }, hello)).toBe("forged-seat");
    const network = asRoot(new Uint8Array(32).fill(9));
    expect(readHello({ ...checker, network }, ends, hello)).toBe("wrong-network");
    const moved = makeHello({ network, scheme: mockScheme, session, validator: validatorAt(1) }, ends);
    moved.set(networkRoot);
    expect(readHello(checker, ends, moved)).toBe("forged-seat");
    expect(readHello(checker, ends, helloAs({ seat: 2, secretKey: secretKeyOf(1) }))).toBe("forged-seat");
    expect(readHello(checker, ends, helloAs(validatorAt(0)))).toBe("own-seat");
    expect(readHello(checker, ends, helloAs(validatorAt(3)))).toBe("unknown-seat");
  });

  test("with any byte changed speaks for nobody's seat, and arbitrary bytes are refused", () => {
    const hello = helloAs(validatorAt(1));
    // The session is no claim: it says only that the node was started again.
    for (let i = 0; i < hello.length; i++) {
      if (i >= 34 && i < 42) continue;
      const changed = hello.slice();
      changed[i] = (changed[i] ?? 0) ^ 0x10;
      expect(typeof readHello(checker, ends, changed), `byte ${i}`).toBe("string");
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 256 }), (bytes) => {
        expect(typeof readHello(checker, ends, bytes)).toBe("string");
      }),
      { seed: 43 },
    );
  });
});

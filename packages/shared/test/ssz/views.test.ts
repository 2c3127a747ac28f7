// Long bytes are decoded as views of what they are decoded from.

import { expect, test } from "vitest";
import { byteList, byteListView, codec, container, uint8 } from "../../src/ssz/index.ts";

const viewed = codec("viewed", container({ number: uint8, bytes: byteListView(4) }));
const copied = codec("copied", container({ number: uint8, bytes: byteList(4) }));
const value = { number: 7, bytes: Uint8Array.of(1, 2, 3) };

test("a view is part of its encoding, a Buffer's too, and no bytes are added to it", () => {
  const encoded = viewed.encode(value);
  for (const bytes of [encoded, Buffer.from(encoded)]) {
    const decoded = viewed.decode(bytes);
    expect(decoded).toEqual({ ok: true, value });
    if (!decoded.ok) continue;
    expect(decoded.value.bytes.buffer).toBe(bytes.buffer);
    expect(decoded.value.bytes.constructor).toBe(Uint8Array);
  }
});

test("it is on the wire, and hashes, as a byte list does; and its limit is the same", () => {
  expect(viewed.encode(value)).toEqual(copied.encode(value));
  expect(viewed.root(value)).toEqual(copied.root(value));
  const long = codec("long", container({ number: uint8, bytes: byteList(5) }));
  const encoded = long.encode({ number: 7, bytes: new Uint8Array(5) });
  expect(viewed.decode(encoded)).toMatchObject({ ok: false, error: { code: "over-limit" } });
});

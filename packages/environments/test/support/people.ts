// Accounts of tests.

const person = (byte: number) => new Uint8Array(32).fill(byte);

export const [alice, bob, carol, mint] = [person(1), person(2), person(3), person(9)];

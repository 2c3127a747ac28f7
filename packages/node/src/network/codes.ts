// Why connections do not become links, and why links end. The number of a refusal is what goes over the wire.

/** What a hello is refused for. */
export const refusals = [
  ["bad-hello", "its first frame is not a hello of this protocol"],
  ["wrong-network", "it is of another network: its genesis is not ours"],
  ["unknown-seat", "it claims a seat that the genesis does not have"],
  ["own-seat", "it claims our own seat: is the same key running twice?"],
  ["forged-seat", "its signature is not by the key of the seat that it claims"],
  ["other-seat", "another seat answers at this address than the configuration says"],
  ["duplicate", "the connection that the lower seat dialled is kept"],
  ["observers-full", "there is no room for another observer"],
] as const;

export type RefusalCode = (typeof refusals)[number][0];

/** Why a link, or what should have become one, ended. Only `bad-frame` and `late-hello` are a fault of the peer. */
export type LinkCode =
  | "bad-frame" // unknown kind, or longer than allowed
  | "late-hello"
  | "silent" // nothing came for several pings
  | "lost" // the connection went away
  | "replaced" // by a newer one of the same seat
  | "stopped"; // by us

const messages: Record<LinkCode, string> = {
  "bad-frame": "it sent what is no frame, or a longer one than it may",
  "late-hello": "it did not say who it is in time",
  silent: "nothing came from it for several pings",
  lost: "the connection was lost",
  replaced: "a newer connection of the same seat took its place",
  stopped: "the network was stopped",
};

export function describeCode(code: RefusalCode | LinkCode): string {
  return refusals.find(([each]) => each === code)?.[1] ?? messages[code as LinkCode];
}

export function refusalToByte(code: RefusalCode): number {
  return refusals.findIndex(([each]) => each === code);
}

export function refusalFromByte(byte: number | undefined): RefusalCode | undefined {
  return byte === undefined ? undefined : refusals[byte]?.[0];
}

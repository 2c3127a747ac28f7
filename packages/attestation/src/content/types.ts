// The words of contents by root: what travels, and what is asked of the shell.

import type { Root } from "@tandem/shared";

export type Peer = number;

/** Questions open between two peers, of one to the other: an answer on its way, and one that is being read. */
export const questionsPerPeerMax = 2;

export type ContentMessage =
  | { readonly kind: "want-content"; readonly id: number; readonly claim: Root }
  /** As stored (`claimContentCodec`); nothing if it is not held. */
  | { readonly kind: "content"; readonly id: number; readonly content: Uint8Array | undefined };

export type ContentTimer = { readonly name: "content"; readonly id: number };

export type ContentEffect =
  | { readonly kind: "send"; readonly to: Peer; readonly message: ContentMessage }
  | { readonly kind: "set-timer"; readonly timer: ContentTimer; readonly afterMs: number };

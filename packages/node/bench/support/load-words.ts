// What the bench and its loader say to each other.

export interface LoadPlan {
  readonly warmUpMs: number;
  /** Blobs that are final on all nodes within it count. It ends before when there is nothing left to submit. */
  readonly windowMs: number;
  /** Blobs submitted and not final on all nodes. */
  readonly inFlightMax: number;
  /** From one blob to the next on average; 0 for as fast as it goes. */
  readonly everyMs: number;
}

export interface LoadResult {
  readonly seconds: number;
  /** Final on all nodes within the window, and their encoded bytes. */
  readonly blobs: number;
  readonly bytes: number;
  /** Answers that said "later". */
  readonly refused: number;
  readonly loaderSeconds: number;
  /** With the warm-up, until all was final. */
  readonly wholeSeconds: number;
  /** Of each blob submitted in the window: from there until the last node had told of it, and until its own node had. */
  readonly latenciesMs: readonly { readonly all: number; readonly own: number }[];
}

export type ToLoader =
  | {
      readonly kind: "open";
      readonly network: string;
      readonly apis: readonly string[];
      /** Key files of payers. */
      readonly payers: readonly string[];
    }
  /** Blobs of so many bytes, encoded. */
  | { readonly kind: "sign"; readonly count: number; readonly bytes: number }
  | { readonly kind: "run"; readonly plan: LoadPlan };

export type FromLoader =
  | { readonly kind: "done" }
  | { readonly kind: "window"; readonly isOpen: boolean }
  | { readonly kind: "result"; readonly result: LoadResult }
  | { readonly kind: "failed"; readonly message: string };

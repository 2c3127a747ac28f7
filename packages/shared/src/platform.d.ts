// What every platform has and the `es2024` library does not declare. Nothing else may be added here
// unless Node, browsers and workers all have it and it is deterministic.

declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
  constructor(label: "utf-8", options: { fatal: boolean; ignoreBOM: boolean });
  decode(bytes: Uint8Array): string;
}

// How long something takes, as plain data. Every distribution becomes the same small table of quantiles, so that a
// draw is one look-up, the same for all kinds, and exact on every machine: whole microseconds, no logarithms.

/** Whole microseconds, each at most `spanUsMax`. */
export type Distribution =
  | { readonly kind: "constant"; readonly us: number }
  | { readonly kind: "uniform"; readonly fromUs: number; readonly toUs: number }
  /** Half take less than the median, and a few take much more: as on real links and disks. */
  | { readonly kind: "tailed"; readonly medianUs: number; readonly tail: Tail };

export type Tail = keyof typeof tails;

/** 64 equal steps of probability. */
export type Quantiles = Float64Array;

const steps = 64;
const stepShift = 26;
const stepSize = 2 ** stepShift;

/** Beyond this (67 s) a product in `sample` would not be exact. */
export const spanUsMax = 2 ** 26;

// Log-normal distributions: exp(σ · quantile of the normal distribution), times 1024. The ends stand at 1/512.
const tails = {
  /** σ = 0.25: a good link. One in a hundred takes 1.8 times the median. */
  narrow: [
    498, 598, 643, 673, 698, 718, 737, 753, 768, 782, 796, 808, 820, 832, 843, 854, 865, 876, 886, 896, 906, 916, 926,
    936, 946, 955, 965, 975, 985, 994, 1004, 1014, 1024, 1034, 1044, 1055, 1065, 1076, 1087, 1098, 1109, 1120, 1132,
    1145, 1157, 1170, 1184, 1198, 1212, 1227, 1243, 1260, 1278, 1297, 1318, 1341, 1365, 1393, 1424, 1460, 1503, 1557,
    1631, 1755, 2107,
  ],
  /** σ = 0.6: a busy link. One in a hundred takes 4 times the median. */
  wide: [
    181, 281, 335, 375, 408, 437, 464, 490, 514, 536, 559, 580, 601, 622, 643, 663, 683, 703, 723, 744, 764, 784, 804,
    825, 846, 867, 888, 910, 932, 954, 977, 1000, 1024, 1048, 1073, 1099, 1125, 1153, 1181, 1210, 1240, 1271, 1304,
    1337, 1373, 1410, 1449, 1491, 1535, 1582, 1632, 1685, 1744, 1807, 1877, 1955, 2042, 2142, 2258, 2397, 2571, 2799,
    3131, 3729, 5784,
  ],
  /** σ = 1: a poor link, or a disk that others use too. One in a hundred takes 10 times the median. */
  heavy: [
    57, 119, 159, 192, 221, 248, 274, 299, 324, 349, 373, 397, 422, 446, 471, 496, 522, 548, 574, 601, 628, 656, 685,
    714, 745, 776, 808, 841, 875, 910, 947, 985, 1024, 1065, 1108, 1152, 1198, 1247, 1298, 1352, 1408, 1468, 1531, 1598,
    1669, 1746, 1827, 1915, 2010, 2113, 2226, 2350, 2486, 2639, 2811, 3008, 3235, 3503, 3826, 4227, 4749, 5472, 6596,
    8825, 18345,
  ],
} as const;

export function quantilesOf(distribution: Distribution): Quantiles {
  return Float64Array.from({ length: steps + 1 }, (_, step) => quantile(distribution, step));
}

function quantile(distribution: Distribution, step: number): number {
  switch (distribution.kind) {
    case "constant":
      return distribution.us;
    case "uniform":
      return distribution.fromUs + Math.floor(((distribution.toUs - distribution.fromUs) * step) / steps);
    case "tailed":
      return Math.floor((distribution.medianUs * (tails[distribution.tail][step] as number)) / 1024);
  }
}

/** The value at `draw` of 2^32. */
export function sample(quantiles: Quantiles, draw: number): number {
  const step = draw >>> stepShift;
  const low = quantiles[step] as number;
  const high = quantiles[step + 1] as number;
  return low + Math.floor(((high - low) * (draw & (stepSize - 1))) / stepSize);
}

/** No draw is above it. */
export function longestUs(distribution: Distribution): number {
  return quantile(distribution, steps);
}

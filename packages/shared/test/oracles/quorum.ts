// Quorum arithmetic in another form: thresholds that are counted up to, instead of products that are compared.

/** The least weight that is more than two thirds of `total`. */
export function quorumMin(total: bigint): bigint {
  return (2n * total) / 3n + 1n;
}

/** The most weight that is less than one third of `total`. */
export function faultyMax(total: bigint): bigint {
  const third = total / 3n;
  return third * 3n === total ? third - 1n : third;
}

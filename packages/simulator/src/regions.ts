// Regions of a large cloud provider and the time between them: medians of round trips in milliseconds, as published
// by public measurements between its data centers (CloudPing, P50). Whole milliseconds; they change a little with
// the years, and a world needs only their shape: near pairs, far pairs, and no triangle that light forbids.

export const regionNames = [
  "virginia",
  "oregon",
  "sao-paulo",
  "ireland",
  "frankfurt",
  "cape-town",
  "mumbai",
  "singapore",
  "tokyo",
  "sydney",
] as const;

export type RegionName = (typeof regionNames)[number];

/** Row and column in the order of the names; each row ends before itself. */
const roundTripsMs: readonly (readonly number[])[] = [
  [],
  [66],
  [115, 174],
  [70, 119, 178],
  [94, 143, 204, 22],
  [227, 274, 337, 160, 155],
  [190, 224, 297, 125, 114, 184],
  [217, 166, 325, 176, 160, 247, 62],
  [149, 99, 260, 203, 226, 305, 128, 70],
  [199, 141, 311, 255, 253, 327, 153, 94, 115],
];

/** Between two data centers of one region, there and back. */
const roundTripWithinUs = 1000;

/** Half the round trip, in microseconds. */
export function oneWayUs(from: RegionName, to: RegionName): number {
  const [a, b] = [regionNames.indexOf(from), regionNames.indexOf(to)];
  if (a === b) return roundTripWithinUs / 2;
  return (roundTripsMs[Math.max(a, b)]?.[Math.min(a, b)] as number) * 500;
}

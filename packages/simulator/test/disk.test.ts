import fc from "fast-check";
import { expect, test } from "vitest";
import { Disk } from "../src/disk.ts";
import { Random } from "../src/random.ts";

const record = (...bytes: number[]) => Uint8Array.from(bytes);

test("what was committed survives every crash, and of the rest a first part does", () => {
  const records = fc.array(fc.uint8Array({ minLength: 1, maxLength: 8 }), { maxLength: 8 });
  const property = fc.property(
    records,
    records,
    fc.nat(),
    fc.constantFrom(0, 1_000_000),
    (synced, rest, seed, tornPpm) => {
      const disk = new Disk();
      for (const bytes of synced) disk.append(bytes, 0);
      disk.commit();
      for (const bytes of rest) disk.append(bytes, 0);
      const { survived, lost, isTorn } = disk.crash(new Random(seed), tornPpm);
      const [journal] = disk.read().journals;
      expect(survived + lost).toBe(rest.length);
      expect(isTorn).toBe(tornPpm > 0 && lost > 0);
      const whole = [...synced, ...rest.slice(0, survived)];
      expect(journal.slice(0, whole.length)).toEqual(whole);
      expect(journal.length).toBe(whole.length + (isTorn ? 1 : 0));
      if (!isTorn) return;
      const [torn, original] = [journal.at(-1) as Uint8Array, rest[survived] as Uint8Array];
      expect(torn.length).toBeLessThan(original.length);
      expect(torn).toEqual(original.slice(0, torn.length));
    },
  );
  fc.assert(property, { seed: 1, numRuns: 1000 });
});

test("every number of writes under way can survive", () => {
  const survivals = new Set<number>();
  for (let seed = 0; seed < 200; seed++) {
    const disk = new Disk();
    for (let i = 0; i < 4; i++) disk.append(record(i), 0);
    survivals.add(disk.crash(new Random(seed), 0).survived);
  }
  expect([...survivals].sort()).toEqual([0, 1, 2, 3, 4]);
});

test("a torn record is read once; what is written after it stands after the whole ones", () => {
  const disk = new Disk();
  disk.append(record(1), 0);
  disk.commit();
  disk.append(record(2, 2, 2), 0);
  let seed = 0;
  while (new Random(seed).below(2) !== 0) seed++;
  expect(disk.crash(new Random(seed), 1_000_000).isTorn).toBe(true);
  expect(disk.read().journals[0].length).toBe(2);
  disk.append(record(3), 0);
  disk.commit();
  expect(disk.read().journals[0]).toEqual([record(1), record(3)]);
});

test("pruning drops the records of lower groups with the next commit, and never those without a group", () => {
  const disk = new Disk();
  disk.append(record(1), 1);
  disk.append(record(2), 2);
  disk.append(record(9), Number.POSITIVE_INFINITY);
  disk.append(record(3), 1);
  disk.commit();
  disk.prune(2);
  expect(disk.read().journals[0].length).toBe(4);
  disk.commit();
  expect(disk.read().journals[0]).toEqual([record(2), record(9)]);
  disk.append(record(4), 1);
  disk.commit();
  expect(disk.read().journals[0]).toEqual([record(2), record(9), record(4)]);
});

test("each of the two journals has its own records, drops its own groups, and may be the torn one", () => {
  const disk = new Disk();
  disk.append(record(1), 1);
  disk.append(record(2), 1, 1);
  disk.append(record(3), 2, 1);
  disk.commit();
  expect(disk.read().journals).toEqual([[record(1)], [record(2), record(3)]]);
  disk.prune(2, 1);
  disk.commit();
  expect(disk.read().journals).toEqual([[record(1)], [record(3)]]);
  disk.append(record(4, 4), 1, 1);
  let seed = 0;
  while (new Random(seed).below(2) !== 0) seed++;
  expect(disk.crash(new Random(seed), 1_000_000).isTorn).toBe(true);
  const [first, second] = disk.read().journals;
  expect([first.length, second.length]).toEqual([1, 2]);
});

test("the archive keeps the last value of a key", () => {
  const disk = new Disk();
  disk.archive(7, "old", 10);
  disk.commit();
  disk.archive(7, "new", 10);
  const { archive } = disk.read();
  expect(archive.get(7)).toBe("old");
  disk.commit();
  expect(archive.get(7)).toBe("new");
});

test("an archive that is lost is empty, and the journals are there", () => {
  const disk = new Disk();
  disk.append(record(1), 0);
  disk.append(record(2), 0, 1);
  disk.archive(7, "block", 10);
  disk.commit();
  const before = disk.read();
  expect([before.archive.size, before.losses]).toEqual([1, 0]);
  disk.loseArchive();
  const { archive, journals, losses } = disk.read();
  expect([archive.size, losses]).toEqual([0, 1]);
  expect(journals).toEqual([[record(1)], [record(2)]]);
  disk.archive(8, "another", 10);
  disk.commit();
  expect([...archive]).toEqual([[8, "another"]]);
});

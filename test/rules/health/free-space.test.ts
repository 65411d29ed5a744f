import { expect, test } from "vitest";
import { fullDisk, fullDiskText, whatFreesMost } from "../../../server/rules/health/free-space.ts";

const gb = 1000 ** 3;
const disk = (folder: string, freeBytes: number) => ({ folder, freeBytes, totalBytes: 20 * gb });
const usage = { imagesBytes: gb, containersBytes: 0, volumesBytes: gb, buildCacheBytes: gb };

test("the fullest disk with too little room is named; with enough room none is", () => {
  const disks = [disk("/srv/baton", 0.5 * gb), disk("/var/lib/docker", 0.2 * gb)];
  expect(fullDisk(disks, gb)).toBe(disks[1]);
  expect(fullDisk(disks, 0.1 * gb)).toBeNull();
  expect(fullDisk([], gb)).toBeNull();
});

test("the text has the numbers and the folder", () => {
  expect(fullDiskText(disk("/var/lib/docker", 412e6), "a build", 1024 ** 3)).toBe(
    "the disk is nearly full: 412 MB of 20 GB are free at /var/lib/docker, and a build needs at least 1.1 GB",
  );
});

test.each([
  [{ ...usage, buildCacheBytes: 9 * gb }, /^Docker's build cache takes 9.0 GB: remove what is unused/],
  [{ ...usage, imagesBytes: 9 * gb }, /^Docker's images take 9.0 GB: keep fewer versions/],
  [{ ...usage, volumesBytes: 9 * gb }, /^Volumes take 9.0 GB: delete data/],
  [null, /^The System page says what takes the space/],
])("what frees the most comes first: %j", (known, words) => {
  expect(whatFreesMost(known)).toMatch(words);
});

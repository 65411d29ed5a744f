import { describe, expect, test } from "vitest";
import { failedOfFullDisk, freedText, fullDiskHint } from "../../../server/rules/space/full-disk.ts";

const failed = (message: string, lastLines: readonly string[] = [], stage: "build" | "watch" = "build") =>
  failedOfFullDisk({ stage, message, lastLines });

describe("a failure of a full disk", () => {
  test.each([
    ["The disk of the Docker host is full: write /x: no space left on device"],
    ["The disk is full: Baton could not write to its data folder"],
    ["web cannot be started: the server's disk is full"],
    ["Docker refused: mkdir /var/lib/docker/overlay2/1-init: no space left on device"],
    ["failed to register layer: write /usr/lib/x.so: Disk quota exceeded"],
  ])("is known by %j", (message) => {
    expect(failed(message)).toBe(true);
  });

  test("is known by a build's output, and not by an app's", () => {
    const lines = ["npm error code ENOSPC", "cat: write error: No space left on device"];
    expect(failed("`npm ci` exited with code 1", lines)).toBe(true);
    expect(failed("web crashed 4 times", lines, "watch")).toBe(false);
  });

  test.each([
    ["ENOSPC: System limit for number of file watchers reached, watch '/app'"],
    ["inotify_add_watch: No space left on device"],
    ['could not resize shared memory segment "/PostgreSQL.1" to 8388608 bytes: No space left on device'],
    ["the disk is nearly full: 300 MB of 107 GB are free at /srv/baton, and a build needs at least 1.1 GB"],
    ["the data of db could not be backed up before the migration: The disk of /backups is full"],
    ["`npm ci` exited with code 1"],
  ])("is not %j", (line) => {
    expect(failed(line)).toBe(false);
    expect(failed("`npm run build` exited with code 1", [line])).toBe(false);
  });
});

describe("what was removed", () => {
  test.each([
    [{ images: 0, cacheBytes: 0 }, null],
    [{ images: 1, cacheBytes: 0 }, "1 image that no version needs"],
    [{ images: 0, cacheBytes: 1_200_000_000 }, "1.2 GB of build cache"],
    [{ images: 3, cacheBytes: 1_200_000_000 }, "1.2 GB of build cache and 3 images that no version needs"],
  ])("%j is %j", (freed, text) => {
    expect(freedText(freed)).toBe(text);
  });

  test("is told with what to do next", () => {
    expect(fullDiskHint({ images: 2, cacheBytes: 0 })).toBe(
      "The server's disk was full. Baton has removed 2 images that no version needs: deploy again. The System page says what takes the space.",
    );
    expect(fullDiskHint({ images: 0, cacheBytes: 0 })).toContain("nothing that is safe to remove. Free some space");
    expect(fullDiskHint(null)).toContain("Baton is removing what is safe to remove: deploy again in a few minutes.");
  });
});

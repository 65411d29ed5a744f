import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { never, owner } from "../docker/scratch-engine.ts";
import { eventually, type RunningDatabases, runDatabases } from "./running-databases.ts";

let databases: RunningDatabases;
beforeAll(async () => {
  databases = await runDatabases();
});
afterAll(() => databases?.end());

describe("a volume", () => {
  it("is archived while its container is frozen, and unpacked into an empty one", async () => {
    const server = await databases.start("redis", "files");
    const subject = databases.subjectOf("volume", server);
    await eventually(() =>
      databases.ask(server.id, ["sh", "-c", "printf 'SQLite format 3\\0rest' > /data/redis/app.sqlite3"]),
    );
    const backup = await databases.dump(subject);
    expect(backup.dumped.files.map(({ name, of }) => [name, of])).toEqual([["redis.tar.gz", "/data/redis"]]);
    expect(backup.dumped.facts).toMatchObject({ rows: null, sqlite: 1 });
    expect(backup.dumped.frozenMs).toBeGreaterThan(0);
    expect((await databases.engine.inspectContainer(server.id, never))?.status).toBe("running");

    const beside = `${server.name}-20261130_0310`;
    await databases.engine.createVolume({ name: beside, owner, filledBy: null }, never);
    expect(await databases.restore(subject, backup, "new")).toEqual([beside]);
    await databases.engine.removeContainer(server.id, never);
    await databases.engine.removeVolume(server.name, never);
    await databases.engine.createVolume({ name: server.name, owner, filledBy: null }, never);
    expect(await databases.restore(subject, backup, "same")).toEqual([server.name]);
    const again = await databases.start("redis", "files");
    await eventually(async () =>
      expect(
        await databases.ask(again.id, ["sh", "-c", "head -c 15 /data/redis/app.sqlite3; stat -c ' %U' /data/redis"]),
      ).toBe("SQLite format 3 redis"),
    );
  });

  it("is running again when the place for its backup refuses", async () => {
    const server = await databases.start("redis", "refused");
    const subject = databases.subjectOf("volume", server);
    const order = {
      to: { place: { type: "folder", path: "/dev/null/backups" }, secret: null } as const,
      ...{ folder: "x", recipient: null, onProgress: () => {} },
    };
    await expect(databases.tools.dump(subject, order, never)).rejects.toThrow();
    expect((await databases.engine.inspectContainer(server.id, never))?.status).toBe("running");
  });
});

describe("a place for backups", () => {
  it("is tried by writing, reading and removing a file", async () => {
    await databases.tools.check(databases.place, never);
    await expect(
      databases.tools.check({ place: { type: "folder", path: "/dev/null/backups" }, secret: null }, never),
    ).rejects.toThrow();
  });
});

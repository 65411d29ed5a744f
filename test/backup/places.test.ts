import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPlace } from "../../server/backup/places/open-place.ts";
import type { Place } from "../../server/backup/places/place.ts";
import { counted, makeBackupKey, sealed, unsealed } from "../../server/backup/sealing.ts";
import { type S3Server, startS3Server } from "./s3-server.ts";

const never = new AbortController().signal;
const bytes = (content: AsyncIterable<Buffer>) => buffer(Readable.from(content, { objectMode: false }));

async function* chunks(total: Buffer, size = 64 * 1024): AsyncGenerator<Buffer> {
  for (let at = 0; at < total.length; at += size) yield total.subarray(at, at + size);
}

async function* broken(): AsyncGenerator<Buffer> {
  yield Buffer.alloc(1024);
  throw new Error("pg_dump: error: connection to server was lost");
}

let folder: string;
let s3: S3Server;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-places-"));
  s3 = await startS3Server();
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await s3[Symbol.asyncDispose]();
});

const places: Readonly<Record<string, () => Place>> = {
  "a folder": () => openPlace({ place: { type: "folder", path: null }, secret: null }, folder),
  "an S3 server": () => openPlace({ place: s3.place, secret: s3.secret }, ""),
};

describe.each(Object.entries(places))("%s as a place for backups", (_, open) => {
  it("gives back what was written to it, larger than one part of an upload", async () => {
    const content = randomBytes(9 * 1024 * 1024 + 7);
    expect(await open().write("shop/1/app.gz", chunks(content), never)).toBe(content.length);
    expect((await bytes(await open().read("shop/1/app.gz", never))).equals(content)).toBe(true);
  }, 120_000);

  it("keeps an empty file, and forgets a removed one", async () => {
    expect(await open().write("shop/2/empty.gz", chunks(Buffer.alloc(0)), never)).toBe(0);
    expect(await bytes(await open().read("shop/2/empty.gz", never))).toHaveLength(0);
    await open().remove("shop/2/empty.gz", never);
    await open().remove("shop/2/empty.gz", never);
    await expect(open().read("shop/2/empty.gz", never)).rejects.toThrow(/no file|does not exist/i);
  });

  it("forgets all that is in a folder, and nothing beside it", async () => {
    for (const name of ["7/app.gz", "7/roles.gz", "71/app.gz"])
      await open().write(`shop/${name}`, chunks(Buffer.from("x")), never);
    await open().clear("shop/7");
    await open().clear("shop/7");
    for (const name of ["app.gz", "roles.gz"])
      await expect(open().read(`shop/7/${name}`, never)).rejects.toThrow(/no file|does not exist/i);
    expect(await bytes(await open().read("shop/71/app.gz", never))).toHaveLength(1);
  });

  it("has nothing of a file whose content broke off", async () => {
    await expect(open().write("shop/3/app.gz", broken(), never)).rejects.toThrow("connection to server was lost");
    await expect(open().read("shop/3/app.gz", never)).rejects.toThrow(/no file|does not exist/i);
  });

  it("stops at once when it is told to", async () => {
    const stop = new AbortController();
    async function* endless() {
      for (;;) {
        stop.abort(new Error("the server is stopping"));
        yield Buffer.alloc(9 * 1024 * 1024);
      }
    }
    await expect(open().write("shop/4/app.gz", endless(), stop.signal)).rejects.toThrow("the server is stopping");
  });
});

describe("a folder as a place for backups", () => {
  it("lets nobody else read, leaves nothing unfinished and removes empty folders", async () => {
    const place = places["a folder"]?.() as Place;
    await place.write("blog/5/app.gz", chunks(Buffer.from("x")), never);
    expect((await stat(join(folder, "blog/5/app.gz"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "blog"))).mode & 0o777).toBe(0o700);
    await place.write("blog/5/other.gz", broken(), never).catch(() => {});
    expect(await readdir(join(folder, "blog/5"))).toEqual(["app.gz"]);
    await place.remove("blog/5/app.gz", never);
    await expect(stat(join(folder, "blog"))).rejects.toThrow("ENOENT");
    expect((await stat(folder)).isDirectory()).toBe(true);
  });

  it("removes what a writer that was killed has left, and nothing else", async () => {
    const place = places["a folder"]?.() as Place;
    await place.write("left/mine-1.gz", chunks(Buffer.from("x")), never);
    for (const name of ["mine-2.gz.part", "yours-1.gz.part"]) await writeFile(join(folder, "left", name), "half");
    await place.removeUnfinished("left/mine-");
    expect((await readdir(join(folder, "left"))).sort()).toEqual(["mine-1.gz", "yours-1.gz.part"]);
    await place.removeUnfinished("nowhere/mine-");
    await mkdir(join(folder, "killed/7"), { recursive: true });
    await writeFile(join(folder, "killed/7/app.gz.part"), "half");
    await place.removeUnfinished("killed/7/");
    await expect(stat(join(folder, "killed"))).rejects.toThrow("ENOENT");
  });
});

describe("an S3 server as a place for backups", () => {
  /** Uploads a part of each, and then hangs, as the server sees it of a writer that was killed. */
  async function breakOff(...paths: readonly string[]): Promise<void> {
    const place = places["an S3 server"]?.() as Place;
    const uploading = paths.map(
      (path) =>
        new Promise<void>((onUploaded) => {
          async function* half() {
            yield Buffer.alloc(9 * 1024 * 1024);
            // Asked for more, it has uploaded the first part.
            onUploaded();
            await new Promise(() => {});
          }
          place.write(path, half(), never).catch(() => {});
        }),
    );
    await Promise.all(uploading);
  }

  it("keeps nothing of uploads that were broken off, however many, and leaves those of others alone", async () => {
    const place = places["an S3 server"]?.() as Place;
    await breakOff("dead/8/app.gz", "dead/8/b.gz", "dead/8/c.gz", "dead/81/app.gz", "own-a-1.gz", "own-b-1.gz");
    expect(await s3.unfinished()).toHaveLength(6);
    await place.clear("dead/8");
    expect(await s3.unfinished()).toEqual(
      ["dead/81/app.gz", "own-a-1.gz", "own-b-1.gz"].map((path) => `baton/${path}`),
    );
    await place.removeUnfinished("own-a-");
    expect(await s3.unfinished()).toEqual(["baton/dead/81/app.gz", "baton/own-b-1.gz"]);
    await place.clear("dead/81");
    await place.removeUnfinished("own-b-");
  }, 120_000);

  it("keeps nothing of an upload that fails or is stopped", async () => {
    const place = places["an S3 server"]?.() as Place;
    await expect(place.write("shop/9/app.gz", broken(), never)).rejects.toThrow("connection to server was lost");
    expect(await s3.unfinished()).toEqual([]);
  });

  it("says what it refuses, and when it cannot be reached", async () => {
    const wrong = openPlace({ place: { ...s3.place, accessKeyId: "UNKNOWN" }, secret: s3.secret }, "");
    await expect(wrong.write("a.gz", chunks(Buffer.from("x")), never)).rejects.toThrow(/Access Key Id .* \(403\)/);
    const missing = openPlace({ place: { ...s3.place, bucket: "nowhere" }, secret: s3.secret }, "");
    await expect(missing.write("a.gz", chunks(Buffer.from("x")), never)).rejects.toThrow(/bucket does not exist/i);
    const away = openPlace({ place: { ...s3.place, endpoint: "http://127.0.0.1:1" }, secret: s3.secret }, "");
    await expect(away.write("a.gz", chunks(Buffer.from("x")), AbortSignal.timeout(20_000))).rejects.toThrow(
      /cannot be reached/,
    );
  });
});

describe("what is stored", () => {
  const content = Buffer.from("insert into orders values (1, 'Ada');\n".repeat(100_000));

  it("is compressed, and the same afterwards", async () => {
    const stored = await bytes(sealed(chunks(content), null));
    expect(stored.length).toBeLessThan(content.length / 10);
    expect((await bytes(unsealed(chunks(stored), null))).equals(content)).toBe(true);
  });

  it("is opened by its own key only, when it is encrypted", async () => {
    const [key, other] = [await makeBackupKey(), await makeBackupKey()];
    const stored = await bytes(sealed(chunks(content), key.recipient));
    expect(stored.subarray(0, 21).toString()).toBe("age-encryption.org/v1");
    expect((await bytes(unsealed(chunks(stored), key.identity))).equals(content)).toBe(true);
    await expect(bytes(unsealed(chunks(stored), other.identity))).rejects.toThrow("encrypted for another key");
    await expect(bytes(unsealed(chunks(stored.subarray(0, stored.length - 9)), key.identity))).rejects.toThrow();
  });

  it("breaks off with its source", async () => {
    const { recipient } = await makeBackupKey();
    await expect(bytes(sealed(broken(), recipient))).rejects.toThrow("connection to server was lost");
    await expect(bytes(sealed(broken(), null))).rejects.toThrow("connection to server was lost");
    let seen = 0;
    await bytes(
      counted(chunks(content), (more) => {
        seen += more;
      }),
    );
    expect(seen).toBe(content.length);
  });

  it("is plain gzip that other tools read", async () => {
    const place = places["a folder"]?.() as Place;
    await place.write("plain/1/app.sql.gz", sealed(chunks(content), null), never);
    expect((await readFile(join(folder, "plain/1/app.sql.gz"))).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
  });
});

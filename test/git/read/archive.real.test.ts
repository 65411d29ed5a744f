import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract } from "tar-stream";
import { expect, test, vi } from "vitest";
import type { CommitSha } from "../../../server/model/names/ids.ts";
import type { ArchiveRequest, TreeEntry } from "../../../server/ports/git.ts";
import { bytesWritten, gitChildren } from "../processes.ts";
import { product } from "../servers/git-server.ts";
import { commitTree, createStored, makeBlob, makeTree, type Stored } from "../stored.ts";

const signal = new AbortController().signal;
const limits = { maxEntries: 100_000, maxFileBytes: 1024 ** 3, maxTotalBytes: 1024 ** 4 };
const mebibyte = 1024 * 1024;

interface Unpacked {
  readonly name: string;
  readonly type: string;
  readonly mode: string;
  readonly mtime: Date;
  /** The content of a file, or the target of a link. */
  readonly content: string;
}

async function unpack(tar: Readable): Promise<readonly Unpacked[]> {
  const entries: Unpacked[] = [];
  const extraction = extract();
  extraction.on("entry", (header, body, next) => {
    const chunks: Buffer[] = [];
    body.on("data", (chunk) => chunks.push(chunk as Buffer));
    body.on("end", () => {
      const { name, type, mode, mtime, linkname } = header;
      const content = type === "symlink" ? linkname : Buffer.concat(chunks).toString();
      entries.push({ name, type, mode: mode.toString(8), mtime, content });
      next();
    });
  });
  await pipeline(tar, extraction as unknown as NodeJS.WritableStream);
  return entries;
}

async function archiveOf(stored: Stored, commit: CommitSha, request: Partial<ArchiveRequest> = {}, until = signal) {
  const entries = await stored.git.listTree(product, commit, limits, signal);
  return stored.git.archive(product, commit, { entries, stripPrefix: "", extraFiles: new Map(), ...request }, until);
}

async function largeFile(stored: Stored, sizeBytes: number): Promise<CommitSha> {
  const blob = await makeBlob(stored, Buffer.alloc(sizeBytes, "large "));
  return commitTree(stored, await makeTree(stored, [`100644 blob ${blob}\tlarge.bin`]));
}

test("files, executables and symlinks come out as they went in, dated like the commit", async () => {
  await using stored = await createStored();
  const { folder } = stored.client;
  const long = `${"long/".repeat(30)}ü.txt`;
  await mkdir(join(folder, "long/".repeat(30)), { recursive: true });
  await symlink(`${"../".repeat(50)}target`, join(folder, "link"));
  await writeFile(join(folder, "run.sh"), "#!/bin/sh\n");
  await chmod(join(folder, "run.sh"), 0o755);
  const commit = await stored.store(await stored.client.commit("all", { [long]: "ä", empty: "" }));
  const mtime = new Date(Number(await stored.client.git("log", "-1", "--format=%ct")) * 1000);

  expect(await unpack(await archiveOf(stored, commit))).toEqual([
    { name: "empty", type: "file", mode: "644", mtime, content: "" },
    { name: "link", type: "symlink", mode: "777", mtime, content: `${"../".repeat(50)}target` },
    { name: long, type: "file", mode: "644", mtime, content: "ä" },
    { name: "run.sh", type: "file", mode: "755", mtime, content: "#!/bin/sh\n" },
  ]);
});

test("symlinks that are not wanted are left out, by their path after the prefix is gone, and their target", async () => {
  await using stored = await createStored();
  await mkdir(join(stored.client.folder, "site"));
  await symlink("/etc/passwd", join(stored.client.folder, "site/out"));
  await symlink("index.html", join(stored.client.folder, "site/in"));
  const commit = await stored.store(await stored.client.commit("all", { "site/index.html": "" }));
  const asked: string[] = [];
  const keepsLink = (path: string, target: string) => asked.push(`${path} ${target}`) > 0 && path === "in";
  const entries = await unpack(await archiveOf(stored, commit, { stripPrefix: "site", keepsLink }));
  expect(entries.map(({ name }) => name)).toEqual(["in", "index.html"]);
  expect(asked).toEqual(["in index.html", "out /etc/passwd"]);
});

test("files made on the spot come first and win, after the prefix is gone", async () => {
  await using stored = await createStored();
  await mkdir(join(stored.client.folder, "web"));
  await mkdir(join(stored.client.folder, "website"));
  const commit = await stored.store(
    await stored.client.commit("all", { "web/Dockerfile": "theirs", "web/app.js": "1", "website/app.js": "2" }),
  );
  const extraFiles = new Map<string, string | Buffer>([
    ["Dockerfile", "ours: ä"],
    ["static/caddy", Buffer.from([1, 2, 3])],
  ]);
  const entries = await unpack(await archiveOf(stored, commit, { stripPrefix: "web", extraFiles }));
  expect(entries.map(({ name, content }) => [name, content])).toEqual([
    ["Dockerfile", "ours: ä"],
    ["static/caddy", "\u0001\u0002\u0003"],
    ["app.js", "1"],
  ]);
});

test("attributes of the repository change nothing", async () => {
  await using stored = await createStored();
  const commit = await stored.store(
    await stored.client.commit("all", {
      ".gitattributes": "hidden export-ignore\nid export-subst\n",
      hidden: "1",
      id: "$Format:%H$",
    }),
  );
  const entries = await unpack(await archiveOf(stored, commit));
  expect(entries.map(({ name, content }) => [name, content]).slice(1)).toEqual([
    ["hidden", "1"],
    ["id", "$Format:%H$"],
  ]);
});

test("thousands of files, more than are asked for ahead", async () => {
  await using stored = await createStored();
  const count = 3_000;
  const blobs = await Promise.all([0, 1, 2].map((size) => makeBlob(stored, Buffer.alloc(size * 40_000, `${size}`))));
  const lines = Array.from({ length: count }, (_, index) => `100644 blob ${blobs[index % 3]}\tf${index}`);
  const commit = await commitTree(stored, await makeTree(stored, lines));
  let bytes = 0;
  for await (const chunk of await archiveOf(stored, commit)) bytes += (chunk as Buffer).length;
  expect(bytes).toBe(1000 * (512 + 512 + 40_448 + 512 + 80_384) + 1024);
});

test("a large file streams through whole", async () => {
  await using stored = await createStored();
  const commit = await largeFile(stored, 24 * mebibyte);
  const extraction = extract();
  const hash = createHash("sha256");
  extraction.on("entry", (_, body, next) => {
    body.on("data", (chunk) => hash.update(chunk as Buffer)).on("end", () => next());
  });
  await pipeline(await archiveOf(stored, commit), extraction as unknown as NodeJS.WritableStream);
  const expected = createHash("sha256").update(Buffer.alloc(24 * mebibyte, "large "));
  expect(hash.digest("hex")).toBe(expected.digest("hex"));
});

test("git waits for a reader that does not read, and ends when it leaves", async () => {
  await using stored = await createStored();
  const commit = await largeFile(stored, 24 * mebibyte);
  const tar = await archiveOf(stored, commit);
  await once(tar, "readable");
  tar.read(1);

  const [git] = await gitChildren();
  if (git === undefined) throw new Error("git was expected to run");
  let before = -1;
  await vi.waitFor(async () => {
    const now = await bytesWritten(git);
    const stands = now === before;
    before = now;
    expect(stands).toBe(true);
  });
  expect(before).toBeLessThan(4 * mebibyte);

  tar.destroy();
  await vi.waitFor(async () => expect(await gitChildren()).toEqual([]));
});

test("an archive that is never read starts nothing", async () => {
  await using stored = await createStored();
  const commit = await largeFile(stored, mebibyte);
  const tar = await archiveOf(stored, commit);
  expect(await gitChildren()).toEqual([]);
  tar.destroy();
});

test("its signal ends an archive with its reason", async () => {
  await using stored = await createStored();
  const commit = await largeFile(stored, 24 * mebibyte);
  const stop = new AbortController();
  const tar = await archiveOf(stored, commit, {}, stop.signal);
  await once(tar, "readable");
  stop.abort(new Error("cancelled"));
  await expect(tar.toArray()).rejects.toThrow("cancelled");
  expect(await gitChildren()).toEqual([]);
});

test("an object that is missing, or no file, breaks the stream", async () => {
  await using stored = await createStored();
  const commit = await largeFile(stored, 1);
  const tree = await stored.client.git("rev-parse", `${commit}^{tree}`);
  for (const object of ["1".repeat(40), tree]) {
    const entries: TreeEntry[] = [{ path: "gone", type: "file", object, sizeBytes: 1 }];
    await expect((await archiveOf(stored, commit, { entries })).toArray()).rejects.toThrow(
      `object ${object} is not a file`,
    );
  }
});

test("a symlink with a target of many megabytes breaks the stream", async () => {
  await using stored = await createStored();
  const blob = await makeBlob(stored, Buffer.alloc(5_000, "x"));
  const commit = await commitTree(stored, await makeTree(stored, [`120000 blob ${blob}\tlink`]));
  await expect((await archiveOf(stored, commit)).toArray()).rejects.toThrow("symlink link");
});

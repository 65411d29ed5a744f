import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test, vi } from "vitest";
import { standardSearchPath } from "../../../server/git/process/git-environment.ts";
import { createGitProcesses, type GitProcesses } from "../../../server/git/process/git-process.ts";
import { createObjectReader } from "../../../server/git/read/object-reader.ts";
import { gitChildren } from "../processes.ts";
import { createStored, makeBlob, type Stored } from "../stored.ts";

const never = new AbortController().signal;

/** A reader that keeps its process, and how many it has started. */
async function createScene() {
  const stored = await createStored();
  const closing = new AbortController();
  const started: string[] = [];
  const processes = createGitProcesses({ searchPath: standardSearchPath });
  const counting: GitProcesses = {
    spawn(request, signal) {
      started.push(request.repository);
      return processes.spawn(request, signal);
    },
  };
  onTestFinished(async () => {
    closing.abort(new Error("the test is over"));
    await vi.waitFor(async () => expect(await gitChildren()).toEqual([]));
    await stored[Symbol.asyncDispose]();
  });
  return { stored, closing, started, reader: createObjectReader(counting, closing.signal) };
}

async function storedBlob(stored: Stored, content: string | Buffer): Promise<string> {
  const blob = await makeBlob(stored, content);
  const { stdout } = await stored.client.tryGit(["mktree"], { input: `100644 blob ${blob}\tfile\n` });
  await stored.store(await stored.client.git("commit-tree", "-m", "made", stdout.trim()));
  return blob;
}

test("one git answers all who ask, in any number, and finds what came after it was started", async () => {
  const { stored, started, reader } = await createScene();
  const first = await storedBlob(stored, "first\n");
  const read = async (name: string, maxBytes = 100) =>
    (await reader.read(stored.repository, name, maxBytes, never))?.content.toString() ?? null;
  expect(await Promise.all([read(first), read(first, 2), read("refs/heads/none"), read(first)])).toEqual([
    ...["first\n", "fi", null, "first\n"],
  ]);
  const second = await storedBlob(stored, "second\n");
  expect(await read(second)).toBe("second\n");
  expect(await read("refs/heads/main:file")).toBe("second\n");
  expect(await read(`${first}^{commit}`)).toBeNull();
  expect(started).toHaveLength(1);
});

test("an object that nobody wants whole delays nobody", async () => {
  const { stored, started, reader } = await createScene();
  const small = await storedBlob(stored, "small");
  const large = await storedBlob(stored, randomBytes(8 * 1024 * 1024));
  const [begin, after] = await Promise.all([
    reader.read(stored.repository, large, 10, never),
    reader.read(stored.repository, small, 10, never),
  ]);
  expect(begin).toMatchObject({ type: "blob", sizeBytes: 8 * 1024 * 1024 });
  expect(begin?.content).toHaveLength(10);
  expect(after?.content.toString()).toBe("small");
  expect(started).toHaveLength(2);
});

test("whoever stops waiting gets the reason, and the next one the right answer", async () => {
  const { stored, reader } = await createScene();
  const blob = await storedBlob(stored, "content");
  const gone = new AbortController();
  const abandoned = reader.read(stored.repository, "refs/heads/main", 100, gone.signal);
  gone.abort(new Error("gone"));
  await expect(abandoned).rejects.toThrow("gone");
  expect((await reader.read(stored.repository, blob, 100, never))?.content.toString()).toBe("content");
});

test("a git that dies is replaced", async () => {
  const { stored, started, reader } = await createScene();
  const blob = await storedBlob(stored, "content");
  await reader.read(stored.repository, blob, 100, never);
  for (const id of await gitChildren()) process.kill(id, "SIGKILL");
  expect((await reader.read(stored.repository, blob, 100, never))?.content.toString()).toBe("content");
  expect(started).toHaveLength(2);
});

test("a repository that cannot be read says what git says", async () => {
  const { stored, reader } = await createScene();
  const nowhere = `${stored.repository}-nowhere`;
  const failure = await reader.read(nowhere, "refs/heads/main", 100, never).catch((error: Error) => error);
  expect(failure).toMatchObject({ cause: { message: expect.stringContaining("not a git repository") } });
});

test("git ends when its repository is released, and when the server closes", async () => {
  const { stored, closing, reader } = await createScene();
  const blob = await storedBlob(stored, "content");
  await reader.read(stored.repository, blob, 100, never);
  expect(await gitChildren()).toHaveLength(1);
  await reader.release(stored.repository);
  expect(await gitChildren()).toEqual([]);
  await reader.read(stored.repository, blob, 100, never);
  closing.abort(new Error("the server stops"));
  await vi.waitFor(async () => expect(await gitChildren()).toEqual([]));
  await reader.read(stored.repository, blob, 100, never);
  expect(await gitChildren()).toEqual([]);
});

test("only some gits are kept, those that were used last", async () => {
  const { stored, closing, reader } = await createScene();
  const blob = await storedBlob(stored, "content");
  // Other paths of the same repository are other repositories to the reader.
  const paths = Array.from({ length: 12 }, (_, index) => stored.repository + "/.".repeat(index));
  for (const path of paths) await reader.read(path, blob, 100, never);
  expect(await gitChildren()).toHaveLength(8);
  closing.abort(new Error("the server stops"));
});

test("a name cannot hold a second request", async () => {
  const { stored, reader } = await createScene();
  await expect(reader.read(stored.repository, "refs/heads/main\nHEAD", 1, never)).rejects.toThrow("not the name");
});

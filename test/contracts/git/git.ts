import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommitSha, DeploymentId, ProductId } from "../../../server/model/names/ids.ts";
import { FetchFailed, type Git, type PushResult, type RemoteRequest, TreeTooLarge } from "../../../server/ports/git.ts";
import { filesIn } from "../../fakes/docker/images.ts";

export type Files = Readonly<Record<string, string>>;

/** A git under test, with a client that commits and pushes, and a remote repository. */
export interface GitScene extends AsyncDisposable {
  readonly git: Git;
  /** Makes a commit of exactly these files, by Ada, that Baton has not received yet. */
  commit(files: Files, options?: { readonly message?: string; readonly parent?: CommitSha | null }): Promise<CommitSha>;
  /** Pushes to a product's repository, with --force if needed; null deletes the branch. */
  push(
    product: ProductId,
    branch: string,
    to: CommitSha | null,
    redirect?: ReadonlyMap<string, readonly DeploymentId[]>,
  ): Promise<PushResult>;
  readonly remote: {
    /** The request for a remote repository that exists. */
    readonly request: Omit<RemoteRequest, "onHostKey">;
    readonly missing: Omit<RemoteRequest, "onHostKey">;
    move(branch: string, to: CommitSha): Promise<void>;
  };
}

const never = new AbortController().signal;
const nowhere = "1".repeat(40) as CommitSha;
const deployment = (id: number) => id as DeploymentId;
const main = (...ids: number[]) => new Map([["refs/heads/main", ids.map(deployment)]]);
const generous = { maxEntries: 1_000, maxFileBytes: 1_000_000, maxTotalBytes: 10_000_000 };

/** The contract of Baton's repositories. The wire protocol of git's own client is not part of it. */
export function gitContract(open: () => Promise<GitScene>): void {
  let scene: GitScene;
  let products = 0;
  beforeAll(async () => {
    scene = await open();
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  const git = () => scene.git;
  async function repository(): Promise<ProductId> {
    const product = ++products as ProductId;
    await git().ensureRepository(product);
    return product;
  }
  /** A repository whose branch main points to the last of this many commits, oldest first. */
  async function withHistory(count: number) {
    const product = await repository();
    const commits: CommitSha[] = [];
    for (let n = 1; n <= count; n++) {
      commits.push(
        await scene.commit({ file: `${product} ${n}` }, { message: `${n} %H`, parent: commits.at(-1) ?? null }),
      );
    }
    await scene.push(product, "main", commits.at(-1) ?? null);
    return { product, commits: commits as [CommitSha, ...CommitSha[]] };
  }
  const resolved = async (product: ProductId, revision: string) =>
    (await git().resolve(product, revision, never))?.sha ?? null;
  const failureOf = (result: Promise<unknown>) =>
    result.then(
      () => null,
      (reason) => reason,
    );

  describe("a repository", () => {
    test("is made once, is listed, and is gone when it is removed", async () => {
      const product = await repository();
      await git().ensureRepository(product);
      expect(await git().listRepositories()).toContain(product);
      await git().removeRepository(product);
      await git().removeRepository(product);
      expect(await git().listRepositories()).not.toContain(product);
    });

    test("that is not there reads like an empty one", async () => {
      const product = 999 as ProductId;
      expect(await git().branches(product)).toEqual(new Map());
      expect(await git().resolve(product, "main", never)).toBeNull();
      expect(await git().keptCommits(product)).toEqual([]);
      expect(await git().commitsStartingWith(product, "1111", never)).toEqual([]);
      expect(await git().isAncestor(product, nowhere, nowhere)).toBe(false);
      expect(await git().commitsBetween(product, nowhere, nowhere, 10, never)).toEqual([]);
      await git().releaseCommit(product, deployment(1));
    });
  });

  describe("a commit", () => {
    test("is named by its branch and its whole id, and by nothing else", async () => {
      const product = await repository();
      const sha = await scene.commit({ a: "1" }, { message: "Größer\n\nwith a body" });
      await scene.push(product, "main", sha);
      const commit = { sha, message: "Größer", author: "Ada Löwe" };
      expect(await git().resolve(product, "main", never)).toEqual(commit);
      expect(await git().resolve(product, sha, never)).toEqual(commit);
      for (const revision of ["nope", sha.slice(0, 10), nowhere, "main~1", ""]) {
        expect(await git().resolve(product, revision, never), revision).toBeNull();
      }
      expect(await git().branches(product)).toEqual(new Map([["main", sha]]));
    });

    test("is found by the beginning of its id, in upper or lower case", async () => {
      const { product, commits } = await withHistory(2);
      const [first] = commits;
      for (const digits of [first, first.slice(0, 12), first.slice(0, 12).toUpperCase()]) {
        expect(await git().commitsStartingWith(product, digits, never)).toEqual([first]);
      }
      for (const digits of [nowhere, first.slice(0, 3), "main", ""]) {
        expect(await git().commitsStartingWith(product, digits, never), digits).toEqual([]);
      }
    });

    test("has ancestors, and commits between it and another", async () => {
      const { product, commits } = await withHistory(3);
      const [first, second, third] = commits as unknown as [CommitSha, CommitSha, CommitSha];
      expect(await git().isAncestor(product, first, third)).toBe(true);
      expect(await git().isAncestor(product, third, third)).toBe(true);
      expect(await git().isAncestor(product, third, first)).toBe(false);
      expect(await git().isAncestor(product, nowhere, third)).toBe(false);
      const between = async (from: CommitSha, to: CommitSha, limit = 10) =>
        (await git().commitsBetween(product, from, to, limit, never)).map(({ sha }) => sha);
      expect(await between(first, third)).toEqual([third, second]);
      expect(await git().commitsBetween(product, second, third, 10, never)).toEqual([
        { sha: third, message: "3 %H", author: "Ada Löwe" },
      ]);
      expect(await between(first, third, 1)).toEqual([third]);
      expect(await between(third, first)).toEqual([]);
      expect(await between(nowhere, third)).toEqual([]);
    });

    test("can be made of files, on a branch that nobody has yet", async () => {
      const product = await repository();
      const request = { branch: "main", message: "Hello", at: new Date("2026-01-31T12:00:00Z") };
      const files = new Map([
        ["index.html", Buffer.from("<h1>Hello</h1>\n")],
        ['a "folder"/line\nend\\.bin', Buffer.from([0, 255, 10, 0])],
      ]);
      const sha = await git().commitFiles(product, { ...request, files }, never);
      expect(await git().resolve(product, "main", never)).toEqual({ sha, message: "Hello", author: "Baton" });
      for (const [path, content] of files) {
        expect(await git().readFile(product, sha, path, 100, never)).toEqual(content);
      }
      const again = { ...request, files: new Map([["other", Buffer.from("")]]) };
      expect(await failureOf(git().commitFiles(product, again, never))).toBeInstanceOf(Error);
      expect(await resolved(product, "main")).toBe(sha);
    });

    test("is kept for a deployment until it is released", async () => {
      const { product, commits } = await withHistory(1);
      await git().keepCommit(product, deployment(5), commits[0]);
      await git().keepCommit(product, deployment(5), commits[0]);
      expect(await git().keptCommits(product)).toEqual([5]);
      await git().releaseCommit(product, deployment(5));
      await git().releaseCommit(product, deployment(5));
      expect(await git().keptCommits(product)).toEqual([]);
    });
  });

  describe("a branch", () => {
    test("is moved to a commit that is here, and to no other", async () => {
      const { product, commits } = await withHistory(2);
      const [first, second] = commits as unknown as [CommitSha, CommitSha];
      await git().moveBranch(product, "main", first);
      await git().moveBranch(product, "trunk", second);
      const branches = new Map([
        ["main", first],
        ["trunk", second],
      ]);
      expect(await git().branches(product)).toEqual(branches);
      expect(await failureOf(git().moveBranch(product, "main", nowhere))).toBeInstanceOf(Error);
      expect(await git().branches(product)).toEqual(branches);
    });
  });

  describe("the files of a commit", () => {
    const files = { "web/index.html": "<h1>Hello</h1>", "web/deep/a.txt": "a", "README.md": "# Read me", b: "" };

    async function pushed() {
      const product = await repository();
      const sha = await scene.commit(files);
      await scene.push(product, "main", sha);
      return { product, sha };
    }

    test("are listed with their sizes and objects, in the order of their paths", async () => {
      const { product, sha } = await pushed();
      const entries = await git().listTree(product, sha, generous, never);
      expect(entries.map(({ path, type, sizeBytes }) => [path, type, sizeBytes])).toEqual([
        ["README.md", "file", 9],
        ["b", "file", 0],
        ["web/deep/a.txt", "file", 1],
        ["web/index.html", "file", 14],
      ]);
      // This is git's id of an empty file.
      expect(entries[1]?.object).toBe("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    });

    test("are not listed past the limits", async () => {
      const { product, sha } = await pushed();
      for (const limits of [{ maxEntries: 2 }, { maxFileBytes: 10 }, { maxTotalBytes: 20 }]) {
        const listing = git().listTree(product, sha, { ...generous, ...limits }, never);
        expect(await failureOf(listing), JSON.stringify(limits)).toBeInstanceOf(TreeTooLarge);
      }
    });

    test("are read one by one, when they are there and not too large", async () => {
      const { product, sha } = await pushed();
      const read = (path: string, maxBytes = 100) => git().readFile(product, sha, path, maxBytes, never);
      expect((await read("web/index.html"))?.toString()).toBe("<h1>Hello</h1>");
      expect(await read("web")).toBeNull();
      expect(await read("nope")).toBeNull();
      expect(await failureOf(read("web/index.html", 5))).toBeInstanceOf(TreeTooLarge);
    });

    test("come in an archive, those that were chosen, below a folder, with files made on the spot", async () => {
      const { product, sha } = await pushed();
      const entries = (await git().listTree(product, sha, generous, never)).filter(({ path }) => /^web/.test(path));
      const extraFiles = new Map<string, string | Buffer>([
        ["Dockerfile", "FROM scratch\n"],
        ["index.html", Buffer.from("mine")],
      ]);
      const archive = git().archive(product, sha, { entries, stripPrefix: "web", extraFiles }, never);
      const found = [...(await filesIn(archive as Readable))].map(([path, bytes]) => [path, bytes.toString()]);
      expect(Object.fromEntries(found)).toEqual({
        Dockerfile: "FROM scratch\n",
        "index.html": "mine",
        "deep/a.txt": "a",
      });
      expect(found).toHaveLength(3);
    });

    test("do not come of a commit that is not here", async () => {
      const product = await repository();
      expect(await git().readFile(product, nowhere, "a", 100, never)).toBeNull();
      expect(await failureOf(git().listTree(product, nowhere, generous, never))).toBeInstanceOf(Error);
      const archive = git().archive(
        product,
        nowhere,
        {
          entries: [{ path: "a", type: "file", object: nowhere, sizeBytes: 1 }],
          stripPrefix: "",
          extraFiles: new Map(),
        },
        never,
      );
      expect(await failureOf(buffer(archive))).toBeInstanceOf(Error);
    });
  });

  describe("a push", () => {
    test("moves and deletes a branch that deploys nothing", async () => {
      const product = await repository();
      const sha = await scene.commit({ a: "side" });
      expect(await scene.push(product, "side", sha)).toEqual({
        unpackError: null,
        refs: new Map([["refs/heads/side", null]]),
      });
      expect(await git().branches(product)).toEqual(new Map([["side", sha]]));
      await scene.push(product, "side", null);
      expect(await git().branches(product)).toEqual(new Map());
    });

    test("to a branch that deploys keeps its commit for each deployment, and leaves the branch where it is", async () => {
      const { product, commits } = await withHistory(1);
      const next = await scene.commit({ file: "next" }, { parent: commits[0] });
      const stored = await scene.push(product, "main", next, main(11, 12));
      expect(stored.refs.get("refs/heads/main")).toBeNull();
      expect(await resolved(product, "main")).toBe(commits[0]);
      expect(await resolved(product, next)).toBe(next);
      expect([...(await git().keptCommits(product))].sort()).toEqual([11, 12]);
      await git().moveBranch(product, "main", next);
      expect(await resolved(product, "main")).toBe(next);
    });

    test("of the first commit to a branch that deploys makes no branch yet", async () => {
      const product = await repository();
      const sha = await scene.commit({ file: "first" });
      await scene.push(product, "main", sha, main(21));
      expect(await git().branches(product)).toEqual(new Map());
      expect(await git().keptCommits(product)).toEqual([21]);
    });

    test("back to an older commit goes the same way", async () => {
      const { product, commits } = await withHistory(2);
      const stored = await scene.push(product, "main", commits[0], main(31));
      expect(stored.refs.get("refs/heads/main")).toBeNull();
      expect(await resolved(product, "main")).toBe(commits[1]);
      expect(await git().keptCommits(product)).toEqual([31]);
    });

    test("that deletes a branch that deploys is accepted, and changes nothing", async () => {
      const { product, commits } = await withHistory(1);
      const stored = await scene.push(product, "main", null, main());
      expect(stored.refs.get("refs/heads/main")).toBeNull();
      expect(await resolved(product, "main")).toBe(commits[0]);
    });
  });

  describe("a repository elsewhere", () => {
    const onHostKey = () => {};

    test("says where its branches stand, and what a clone checks out", async () => {
      const sha = await scene.commit({ far: "1" });
      await scene.remote.move("main", sha);
      const found = await git().lookAt({ ...scene.remote.request, onHostKey }, never);
      expect(found.defaultBranch).toBe("main");
      expect(found.tips.get("main")).toBe(sha);
    });

    test("is fetched from, forwards and back", async () => {
      const product = await repository();
      const first = await scene.commit({ far: "1" });
      const second = await scene.commit({ far: "2" }, { parent: first });
      const fetch = () => git().fetch(product, { ...scene.remote.request, onHostKey, ref: "refs/heads/main" }, never);
      for (const tip of [first, second, first]) {
        await scene.remote.move("main", tip);
        expect(await fetch()).toBe(tip);
        expect(await resolved(product, "main")).toBe(tip);
      }
      expect(await git().isAncestor(product, first, second)).toBe(true);
    });

    test("that has no such branch, or is not there, says so", async () => {
      const product = await repository();
      const fetch = (remote: Omit<RemoteRequest, "onHostKey">, ref: string) =>
        failureOf(git().fetch(product, { ...remote, onHostKey, ref }, never));
      const noBranch = await fetch(scene.remote.request, "refs/heads/nope");
      expect(noBranch).toBeInstanceOf(FetchFailed);
      expect(noBranch).toMatchObject({ trouble: "no-ref" });
      expect(await fetch(scene.remote.missing, "refs/heads/main")).toMatchObject({ trouble: "not-found" });
      expect(await failureOf(git().lookAt({ ...scene.remote.missing, onHostKey }, never))).toMatchObject({
        trouble: "not-found",
      });
    });
  });
}

import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pack } from "tar-stream";
import type { Commit } from "../../server/model/deployment/deployment.ts";
import type { CommitSha, DeploymentId, ProductId } from "../../server/model/names/ids.ts";
import {
  type ArchiveRequest,
  FetchFailed,
  type Git,
  type PushRequest,
  type RemoteRequest,
  type TreeEntry,
  TreeTooLarge,
} from "../../server/ports/git.ts";

export type Files = Readonly<Record<string, string>>;

export interface FakeCommit extends Commit {
  readonly parent: CommitSha | null;
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Repositories in memory, Baton's own and those elsewhere. Git's wire protocol is not faked. */
export interface FakeRepositories extends Git {
  /** Creates a commit that has not been pushed yet. The same content on the same parent is the same commit. */
  commit(files: Files, options?: { readonly message?: string; readonly parent?: CommitSha | null }): CommitSha;
  /** The push that a client sends to move a branch here. */
  pushOf(product: ProductId | null, branch: string, to: CommitSha | null): PushRequest;
  /** Branches of repositories elsewhere, by `host/path`; a missing one cannot be found. */
  readonly remotes: Map<string, Map<string, CommitSha>>;
}

interface Repository {
  readonly branches: Map<string, CommitSha>;
  readonly kept: Map<DeploymentId, CommitSha>;
  readonly objects: Set<CommitSha>;
}

const branchRefs = "refs/heads/";

export function createFakeRepositories(): FakeRepositories {
  const commits = new Map<CommitSha, FakeCommit>();
  const repositories = new Map<ProductId, Repository>();
  const remotes = new Map<string, Map<string, CommitSha>>();

  const nothing = (): Repository => ({ branches: new Map(), kept: new Map(), objects: new Set() });
  const of = (product: ProductId) => repositories.get(product) ?? nothing();
  const make = (product: ProductId) => {
    const repository = of(product);
    repositories.set(product, repository);
    return repository;
  };
  const history = (sha: CommitSha | null): readonly FakeCommit[] => {
    const commit = sha === null ? undefined : commits.get(sha);
    return commit ? [commit, ...history(commit.parent)] : [];
  };
  const store = (product: ProductId, sha: CommitSha) => {
    for (const commit of history(sha)) make(product).objects.add(commit.sha);
  };
  const commitIn = (product: ProductId, sha: CommitSha): FakeCommit => {
    const commit = of(product).objects.has(sha) ? commits.get(sha) : undefined;
    if (!commit) throw new Error(`no commit ${sha} in the repository of product ${product}`);
    return commit;
  };

  function addCommit(
    files: ReadonlyMap<string, Buffer>,
    { message, author, parent }: Pick<FakeCommit, "message" | "author" | "parent">,
  ): CommitSha {
    const content = [...files].map(([path, bytes]) => [path, bytes.toString("base64")]);
    const sha = createHash("sha1")
      .update(JSON.stringify([content, message, parent]))
      .digest("hex") as CommitSha;
    commits.set(sha, { sha, message: message.split("\n")[0] ?? "", author, parent, files });
    return sha;
  }

  function remoteOf({ remote }: RemoteRequest): Map<string, CommitSha> {
    const branches = remotes.get(`${remote.host}/${remote.path.replace(/^\//, "")}`);
    if (!branches) throw new FetchFailed("not-found", "the repository does not exist", "Check its URL.");
    return branches;
  }

  return {
    remotes,
    commit: (files, { message = "A change", parent = null } = {}) =>
      addCommit(new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])), {
        ...{ message, parent, author: "Ada Löwe" },
      }),
    pushOf: (product, branch, to) => ({
      updates: [{ ref: branchRefs + branch, from: (product && of(product).branches.get(branch)) ?? null, to }],
      options: [],
      canShowProgress: true,
    }),

    async ensureRepository(product) {
      make(product);
    },
    async removeRepository(product) {
      repositories.delete(product);
    },
    listRepositories: async () => [...repositories.keys()],
    repositoryBytes: async (product) => (repositories.has(product) ? 30_000 + 1_000 * commits.size : 0),
    async resolve(product, revision) {
      const { branches, objects } = of(product);
      const sha = branches.get(revision) ?? (objects.has(revision as CommitSha) ? (revision as CommitSha) : null);
      const commit = sha && commits.get(sha);
      return commit ? { sha: commit.sha, message: commit.message, author: commit.author } : null;
    },
    commitsStartingWith: async (product, digits) =>
      digits.length < 4
        ? []
        : [...of(product).objects].filter((sha) => sha.startsWith(digits.toLowerCase())).slice(0, 2),
    branches: async (product) => new Map(of(product).branches),
    isAncestor: async (product, ancestor, descendant) =>
      of(product).objects.has(descendant) && history(descendant).some(({ sha }) => sha === ancestor),
    async commitsBetween(product, from, to, limit) {
      const { objects } = of(product);
      if (!objects.has(from) || !objects.has(to)) return [];
      const known = new Set(history(from).map(({ sha }) => sha));
      return history(to)
        .filter(({ sha }) => !known.has(sha))
        .slice(0, limit)
        .map(({ sha, message, author }) => ({ sha, message, author }));
    },
    async commitFiles(product, { branch, files, message }) {
      if (of(product).branches.has(branch)) throw new Error(`the branch ${branch} is there already`);
      const sha = addCommit(files, { message, author: "Baton", parent: null });
      store(product, sha);
      make(product).branches.set(branch, sha);
      return sha;
    },
    async moveBranch(product, branch, commit) {
      commitIn(product, commit);
      make(product).branches.set(branch, commit);
    },
    async keepCommit(product, deployment, commit) {
      commitIn(product, commit);
      make(product).kept.set(deployment, commit);
    },
    async releaseCommit(product, deployment) {
      of(product).kept.delete(deployment);
    },
    keptCommits: async (product) => [...of(product).kept.keys()],

    async fetch(product, request) {
      const branch = request.ref.replace(branchRefs, "");
      const tip = remoteOf(request).get(branch);
      if (!tip) throw new FetchFailed("no-ref", `the repository has no branch "${branch}"`, null);
      store(product, tip);
      make(product).branches.set(branch, tip);
      return tip;
    },
    newDeployKey: (comment) => ({ publicKey: `ssh-ed25519 AAAA ${comment}`, privateKey: "private" }),
    async lookAt(request) {
      const tips = remoteOf(request);
      return { defaultBranch: tips.has("main") ? "main" : ([...tips.keys()][0] ?? null), tips };
    },

    async listTree(product, commit, { maxEntries, maxFileBytes, maxTotalBytes }) {
      const { files } = commitIn(product, commit);
      const sizes = [...files.values()].map((bytes) => bytes.length);
      if (files.size > maxEntries) throw new TreeTooLarge(`the repository has more than ${maxEntries} files`);
      if (sizes.some((size) => size > maxFileBytes)) throw new TreeTooLarge("a file is too large");
      if (sizes.reduce((sum, size) => sum + size, 0) > maxTotalBytes) throw new TreeTooLarge("the files are too large");
      return [...files]
        .map(([path, bytes]): TreeEntry => ({ path, type: "file", object: blobId(bytes), sizeBytes: bytes.length }))
        .sort((a, b) => (a.path < b.path ? -1 : 1));
    },
    async readFile(product, commit, path, maxBytes) {
      const content = (of(product).objects.has(commit) && commits.get(commit)?.files.get(path)) || null;
      if (content && content.length > maxBytes) throw new TreeTooLarge(`${path} is too large`);
      return content;
    },
    archive: (product, commit, request) =>
      Readable.from(
        archiveOf(() => commitIn(product, commit), request),
        { objectMode: false },
      ),

    async receive(product, push, redirect) {
      const refs = new Map<string, string | null>();
      for (const { ref, from, to } of push.updates) {
        const branch = ref.replace(branchRefs, "");
        const deployments = redirect.get(ref);
        const { branches, kept } = make(product);
        if (from !== (branches.get(branch) ?? null)) refs.set(ref, "fetch first");
        else {
          refs.set(ref, null);
          if (to === null) {
            if (!deployments) branches.delete(branch);
          } else {
            store(product, to);
            if (deployments) for (const id of deployments) kept.set(id, to);
            else branches.set(branch, to);
          }
        }
      }
      return { unpackError: null, refs };
    },
    advertise: notFaked("advertise"),
    uploadPack: notFaked("uploadPack"),
    readPush: notFaked("readPush"),
    answerPush: () => {
      throw new Error("the fake git answers no push");
    },
  };
}

/** The reader of the stream gets its errors. */
async function* archiveOf(commit: () => FakeCommit, { entries, stripPrefix, extraFiles }: ArchiveRequest) {
  const { files } = commit();
  const prefix = stripPrefix === "" ? "" : `${stripPrefix}/`;
  const tar = pack();
  for (const { path } of entries) {
    const name = path.slice(prefix.length);
    if (!extraFiles.has(name)) tar.entry({ name, mode: 0o644 }, files.get(path) ?? Buffer.alloc(0));
  }
  for (const [name, content] of extraFiles) tar.entry({ name, mode: 0o644 }, Buffer.from(content));
  tar.finalize();
  yield* tar as AsyncIterable<Buffer>;
}

/** The id that git itself gives a file's content. */
function blobId(bytes: Buffer): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

function notFaked(name: string): () => Promise<never> {
  return () => Promise.reject(new Error(`the fake git does not ${name}`));
}

import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { Commit } from "../../server/model/deployment/deployment.ts";
import type { CommitSha } from "../../server/model/names/ids.ts";
import type { Git } from "../../server/ports/git.ts";

/** Repositories that hold only the commits that a test names; nothing can be pushed or read. */
export interface FakeGit extends Git {
  /** The commit that a revision resolves to, in every product. */
  readonly commits: Map<string, Commit>;
  /** The commits between two commits, by "from..to". */
  readonly between: Map<string, readonly Commit[]>;
}

export function createFakeGit(): FakeGit {
  const commits = new Map<string, Commit>();
  const between = new Map<string, readonly Commit[]>();
  return {
    commits,
    between,
    ensureRepository: async () => {},
    removeRepository: async () => {},
    listRepositories: async () => [],
    repositoryBytes: async () => 0,
    resolve: async (_product, revision) => commits.get(revision) ?? null,
    commitsStartingWith: async (_product, digits) =>
      [...new Set([...commits.values()].map(({ sha }) => sha))].filter((sha) => sha.startsWith(digits.toLowerCase())),
    branches: async () => new Map(),
    commitsBetween: async (_product, from, to, limit) => (between.get(`${from}..${to}`) ?? []).slice(0, limit),
    isAncestor: async () => false,
    async commitFiles(_product, { branch, files, message }) {
      const sha = createHash("sha1")
        .update(JSON.stringify([...files]))
        .digest("hex") as CommitSha;
      const commit = { sha, message, author: "Baton" };
      for (const name of [branch, sha]) commits.set(name, commit);
      return sha;
    },
    moveBranch: async () => {},
    keepCommit: async () => {},
    releaseCommit: async () => {},
    keptCommits: async () => [],
    fetch: notFaked("fetch"),
    lookAt: notFaked("lookAt"),
    newDeployKey: (comment) => ({ publicKey: `ssh-ed25519 AAAA ${comment}`, privateKey: "private" }),
    listTree: notFaked("listTree"),
    readFile: notFaked("readFile"),
    archive: () => Readable.from([]),
    advertise: notFaked("advertise"),
    uploadPack: notFaked("uploadPack"),
    readPush: notFaked("readPush"),
    receive: notFaked("receive"),
    answerPush: () => {
      throw new Error("the fake git answers no push");
    },
  };
}

function notFaked(name: string): () => Promise<never> {
  return () => Promise.reject(new Error(`the fake git does not ${name}`));
}

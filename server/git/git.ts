import { resolve } from "node:path";
import type { Git } from "../ports/git.ts";
import type { Log } from "../ports/log.ts";
import { newDeployKey } from "./fetch/deploy-key.ts";
import { createFetcher } from "./fetch/fetch.ts";
import { systemLookUp } from "./fetch/remote-address.ts";
import { createGitCommand, type GitCommand } from "./process/git-command.ts";
import { standardSearchPath } from "./process/git-environment.ts";
import { createGitProcesses, type GitProcesses } from "./process/git-process.ts";
import { archive } from "./read/archive.ts";
import { commitFiles } from "./read/commit-files.ts";
import { commitsBetween, commitsStartingWith, commitTime, resolveCommit } from "./read/commits.ts";
import { listTree, readFile } from "./read/tree.ts";
import { answerPush } from "./receive/answer.ts";
import { readPush } from "./receive/read-push.ts";
import { receive } from "./receive/receive.ts";
import type { ReceivedPush } from "./receive/received-push.ts";
import { holdErrors } from "./receive/request-body.ts";
import { advertise, uploadPack } from "./receive/serve.ts";
import * as refs from "./repository/refs.ts";
import { createRepositories } from "./repository/repositories.ts";

const mebibyte = 1024 * 1024;

export interface GitOptions {
  /** Where the bare repositories are: `<data>/repositories`. */
  readonly folder: string;
  readonly log?: Pick<Log, "info">;
  /** The size limit of one push, packed. */
  readonly maxPushBytes?: number;
  /** The size limit of one fetch, packed. The first fetch brings the whole history. */
  readonly maxFetchBytes?: number;
  /** The time limit of one fetch. */
  readonly fetchTimeoutMs?: number;
  /** Whether remote repositories at this IP address may be fetched. By default, all may. */
  readonly mayConnectTo?: (address: string) => boolean;
  /** Resolves a host's name. By default, the system's resolver does. */
  readonly lookUp?: (name: string) => Promise<readonly string[]>;
  /** Folders to search for git, separated by colons. */
  readonly searchPath?: string;
}

/** Implements the Git port with the `git` program. */
export function createGit({
  folder,
  log,
  maxPushBytes = 512 * mebibyte,
  maxFetchBytes = 1024 * mebibyte,
  fetchTimeoutMs = 5 * 60_000,
  mayConnectTo = () => true,
  lookUp = systemLookUp,
  searchPath = standardSearchPath,
}: GitOptions): Git {
  const command = createGitCommand({ searchPath });
  const processes = createGitProcesses({ searchPath });
  const repositories = createRepositories({
    folder: resolve(folder),
    maxPushBytes,
    command,
    ...(log === undefined ? {} : { log }),
  });
  const { open, ensure } = repositories;
  const fetcher = createFetcher({
    processes,
    command,
    hosts: { lookUp, mayConnectTo },
    maxBytes: maxFetchBytes,
    timeoutMs: fetchTimeoutMs,
  });

  return {
    ...aboutRepositories(repositories, command, processes),
    ...aboutContent(open, command, processes),
    ...aboutPushes(repositories, command, processes),
    fetch: async (product, request, signal) => fetcher.fetch(await ensure(product), request, signal),
    lookAt: async (request, signal) => fetcher.lookAt(await open(null), request, signal),
    newDeployKey,
  };
}

type Repositories = ReturnType<typeof createRepositories>;

function aboutRepositories(
  { open, ensure, remove, list }: Repositories,
  command: GitCommand,
  processes: GitProcesses,
): Pick<
  Git,
  | "ensureRepository"
  | "removeRepository"
  | "listRepositories"
  | "resolve"
  | "commitsStartingWith"
  | "branches"
  | "isAncestor"
  | "commitsBetween"
  | "commitFiles"
  | "moveBranch"
  | "keepCommit"
  | "releaseCommit"
  | "keptCommits"
> {
  return {
    async ensureRepository(product) {
      await ensure(product);
    },
    removeRepository: remove,
    listRepositories: list,

    resolve: async (product, revision, signal) => resolveCommit(command, await open(product), revision, signal),
    commitsStartingWith: async (product, digits, signal) =>
      commitsStartingWith(command, await open(product), digits, signal),
    async branches(product) {
      const tips = await refs.readBranches(command, await open(product));
      return new Map([...tips].map(([ref, commit]) => [refs.branchName(ref), commit]));
    },
    isAncestor: async (product, ancestor, descendant) =>
      refs.isAncestor(command, await open(product), ancestor, descendant),
    commitsBetween: async (product, from, to, limit, signal) =>
      commitsBetween(command, await open(product), from, to, limit, signal),
    commitFiles: async (product, commit, signal) => commitFiles(processes, await ensure(product), commit, signal),
    moveBranch: async (product, branch, commit) => refs.moveBranch(command, await ensure(product), branch, commit),
    keepCommit: async (product, id, commit) => refs.keepCommit(command, await ensure(product), id, commit),
    releaseCommit: async (product, id) => refs.releaseCommit(command, await open(product), id),
    keptCommits: async (product) => refs.readKeptCommits(command, await open(product)),
  };
}

function aboutContent(
  open: Repositories["open"],
  command: GitCommand,
  processes: GitProcesses,
): Pick<Git, "listTree" | "readFile" | "archive"> {
  return {
    listTree: async (product, commit, limits, signal) =>
      listTree(processes, { repository: await open(product), commit }, limits, signal),
    readFile: async (product, commit, path, maxBytes, signal) =>
      readFile(processes, { repository: await open(product), commit, path }, maxBytes, signal),
    archive: (product, commit, request, signal) => {
      const mtime = (repository: string, until: AbortSignal) => commitTime(command, repository, commit, until);
      return archive({ processes, repository: () => open(product), mtime }, request, signal);
    },
  };
}

function aboutPushes(
  { open, ensure }: Repositories,
  command: GitCommand,
  processes: GitProcesses,
): Pick<Git, "advertise" | "uploadPack" | "readPush" | "receive" | "answerPush"> {
  return {
    advertise: async (product, service, protocol, signal) =>
      advertise(processes, { repository: await open(product), service, protocol }, signal),
    async uploadPack(product, request, answer, protocol, signal) {
      holdErrors(request);
      await uploadPack(processes, { repository: await open(product), protocol }, request, answer, signal);
    },

    readPush,
    async receive(product, push: ReceivedPush, redirect, onProgress, signal) {
      const repository = await ensure(product);
      const tips = await refs.readBranches(command, repository);
      return receive(processes, { repository, push, redirect, tips }, onProgress, signal);
    },
    answerPush: (push: ReceivedPush, out) => answerPush(push, out),
  };
}

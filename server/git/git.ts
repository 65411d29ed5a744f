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
import { commitsBetween, commitsStartingWith, resolveCommit } from "./read/commits.ts";
import { createObjectReader, type ObjectReader } from "./read/object-reader.ts";
import { listTree, readFile } from "./read/tree.ts";
import { answerPush } from "./receive/answer.ts";
import { readPush } from "./receive/read-push.ts";
import { receive } from "./receive/receive.ts";
import type { ReceivedPush } from "./receive/received-push.ts";
import { holdErrors } from "./receive/request-body.ts";
import { advertise, uploadPack } from "./receive/serve.ts";
import * as refs from "./repository/refs.ts";
import { createRepositories } from "./repository/repositories.ts";
import { usualMaxPushBytes } from "./repository/repository-config.ts";

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
  /**
   * For a process that lives long: a git that reads objects is kept for a while, until this aborts. Without it, each is
   * started anew.
   */
  readonly closing?: AbortSignal;
}

/** Implements the Git port with the `git` program. */
export function createGit({
  folder,
  log,
  maxPushBytes = usualMaxPushBytes,
  maxFetchBytes = 1024 * mebibyte,
  fetchTimeoutMs = 5 * 60_000,
  mayConnectTo = () => true,
  lookUp = systemLookUp,
  searchPath = standardSearchPath,
  closing,
}: GitOptions): Git {
  const command = createGitCommand({ searchPath });
  const processes = createGitProcesses({ searchPath });
  const reader = createObjectReader(processes, closing);
  const repositories = createRepositories({
    folder: resolve(folder),
    maxPushBytes,
    command,
    onRemove: reader.release,
    ...(log === undefined ? {} : { log }),
  });
  const { open, ensure } = repositories;
  const fetcher = createFetcher({
    ...{ processes, command, reader },
    hosts: { lookUp, mayConnectTo },
    maxBytes: maxFetchBytes,
    timeoutMs: fetchTimeoutMs,
  });

  return {
    ...aboutRepositories(repositories, { command, processes, reader }),
    ...aboutContent(open, { processes, reader }),
    ...aboutPushes(repositories, { processes, reader }),
    fetch: async (product, request, signal) => fetcher.fetch(await ensure(product), request, signal),
    lookAt: async (request, signal) => fetcher.lookAt(await open(null), request, signal),
    newDeployKey,
  };
}

type Repositories = ReturnType<typeof createRepositories>;

interface Tools {
  readonly command: GitCommand;
  readonly processes: GitProcesses;
  readonly reader: ObjectReader;
}

function aboutRepositories(
  { open, ensure, remove, list, size }: Repositories,
  { command, processes, reader }: Tools,
): Pick<
  Git,
  | "ensureRepository"
  | "removeRepository"
  | "listRepositories"
  | "repositoryBytes"
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
    repositoryBytes: size,

    resolve: async (product, revision, signal) => resolveCommit(reader, await open(product), revision, signal),
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
    moveBranch: async (product, branch, commit) =>
      refs.moveBranch({ command, processes, reader }, { repository: await ensure(product), branch }, commit),
    keepCommit: async (product, deployment, commit) =>
      refs.keepCommit({ processes, reader }, { repository: await ensure(product), deployment }, commit),
    releaseCommit: async (product, id) => refs.releaseCommit(processes, await open(product), id),
    keptCommits: async (product) => refs.readKeptCommits(command, await open(product)),
  };
}

function aboutContent(
  open: Repositories["open"],
  { processes, reader }: Pick<Tools, "processes" | "reader">,
): Pick<Git, "listTree" | "readFile" | "archive"> {
  return {
    listTree: async (product, commit, limits, signal) =>
      listTree(processes, { repository: await open(product), commit }, limits, signal),
    readFile: async (product, commit, path, maxBytes, signal) =>
      readFile({ reader, processes }, { repository: await open(product), commit, path }, maxBytes, signal),
    archive: (product, commit, request, signal) =>
      archive({ processes, reader, repository: () => open(product), commit }, request, signal),
  };
}

function aboutPushes(
  { open, ensure }: Repositories,
  { processes, reader }: Pick<Tools, "processes" | "reader">,
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
      const tips = await refs.readTips(reader, repository, [...redirect.keys()], signal);
      return receive(processes, { repository, push, redirect, tips }, onProgress, signal);
    },
    answerPush: (push: ReceivedPush, out) => answerPush(push, out),
  };
}

import { type CommitSha, parseCommitSha } from "../../model/names/ids.ts";
import { FetchFailed, type FetchRequest, type RemoteBranches, type RemoteRequest } from "../../ports/git.ts";
import type { GitCommand } from "../process/git-command.ts";
import { GitFailed } from "../process/git-failed.ts";
import type { GitProcesses } from "../process/git-process.ts";
import { createPinningCheck } from "../process/git-version.ts";
import { readCommit } from "../read/commits.ts";
import type { ObjectReader } from "../read/object-reader.ts";
import { branchName, moveBranch } from "../repository/refs.ts";
import { fetchedRef } from "../repository/repository-config.ts";
import { tidyPacks } from "../repository/tidy-packs.ts";
import { limitPackSize } from "./fetch-size.ts";
import { explainFetch } from "./fetch-trouble.ts";
import { openTransport } from "./open-transport.ts";
import type { Hosts } from "./remote-address.ts";
import type { Transport } from "./transport.ts";

const lookTimeoutMs = 30_000;
/** Enough for some ten thousand branches. */
const maxListBytes = 4 * 1024 * 1024;

export interface Fetcher {
  /** See the Git port. */
  fetch(repository: string, request: FetchRequest, signal: AbortSignal): Promise<CommitSha>;
  lookAt(repository: string, request: RemoteRequest, signal: AbortSignal): Promise<RemoteBranches>;
}

export interface FetchLimits {
  readonly processes: GitProcesses;
  readonly command: GitCommand;
  readonly reader: ObjectReader;
  readonly hosts: Hosts;
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

export function createFetcher(limits: FetchLimits): Fetcher {
  const turns = new Map<string, Promise<unknown>>();
  const within = createTimeLimit(limits.hosts, createPinningCheck(limits.command));

  return {
    /**
     * Fetches one at a time per repository: git locks refs, and a second fetch of the same commit finds nothing to do.
     */
    fetch(repository, request, signal) {
      const before = turns.get(repository) ?? Promise.resolve();
      const turn = before.then(async () => {
        signal.throwIfAborted();
        await within(limits.timeoutMs, request, signal, (transport, until) =>
          fetchRef(limits, { repository, ref: request.ref }, transport, until),
        );
        return commitOf(limits, repository, request.ref, signal);
      });
      const settled = turn.catch(() => {}).finally(() => turns.get(repository) === settled && turns.delete(repository));
      turns.set(repository, settled);
      return turn;
    },

    async lookAt(repository, request, signal) {
      const output = await within(lookTimeoutMs, request, signal, (transport, until) =>
        listRefs(limits.processes, repository, transport, until),
      );
      return readBranches(output);
    },
  };
}

/** Connects to a remote for some work, and explains failures of git. */
function createTimeLimit(hosts: Hosts, checkPinning: () => Promise<void>) {
  return async function within<T>(
    limitMs: number,
    request: RemoteRequest,
    signal: AbortSignal,
    work: (transport: Transport, until: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const timeout = AbortSignal.timeout(limitMs);
    const until = AbortSignal.any([signal, timeout]);
    try {
      if (request.remote.protocol !== "ssh") await checkPinning();
      await using transport = await openTransport(request, hosts, until);
      try {
        return await work(transport, until);
      } catch (error) {
        throw error instanceof GitFailed ? explainFetch(error, transport.said()) : error;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!timeout.aborted) throw error;
      throw new FetchFailed("too-slow", `fetching took longer than ${limitMs / 1_000} s and was stopped`, null, {
        cause: error,
      });
    }
  };
}

/** Fetches into a ref of its own, which no branch's name can conflict with. */
async function fetchRef(
  { processes, maxBytes }: FetchLimits,
  { repository, ref }: { readonly repository: string; readonly ref: string },
  transport: Transport,
  until: AbortSignal,
): Promise<void> {
  const options = ["--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance", "--quiet"];
  await using size = limitPackSize(repository, maxBytes);
  const signal = AbortSignal.any([until, size.signal]);
  await using git = processes.spawn(
    {
      repository,
      args: ["fetch", ...options, transport.url, `+${ref}:${fetchedRef}`],
      hiddenConfig: { ...transport.config, "fetch.unpackLimit": "1" },
      protocols: transport.protocols,
    },
    signal,
  );
  git.stdout.resume();
  await git.succeeded();
  await tidyPacks(processes, repository, signal);
}

/** The commit that was fetched. A branch is moved to it, so that clones of this repository see it. */
async function commitOf(
  { command, processes, reader }: FetchLimits,
  repository: string,
  ref: string,
  signal: AbortSignal,
): Promise<CommitSha> {
  const commit = (await readCommit(reader, repository, fetchedRef, signal))?.sha;
  if (commit === undefined) throw new Error(`${fetchedRef} names no commit after a fetch`);
  if (ref.startsWith("refs/heads/")) {
    // A branch whose name conflicts with an older branch's is not shown.
    const place = { repository, branch: branchName(ref) };
    await moveBranch({ command, processes, reader }, place, commit).catch((error: unknown) => {
      if (!(error instanceof GitFailed)) throw error;
    });
  }
  return commit;
}

async function listRefs(
  processes: GitProcesses,
  repository: string,
  transport: Transport,
  until: AbortSignal,
): Promise<string> {
  await using git = processes.spawn(
    {
      repository,
      args: ["ls-remote", "--symref", transport.url, "HEAD", "refs/heads/*"],
      hiddenConfig: transport.config,
      protocols: transport.protocols,
    },
    until,
  );
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of git.stdout as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > maxListBytes) throw new FetchFailed("too-large", "the repository has too many branches", null);
    parts.push(part);
  }
  await git.succeeded();
  return Buffer.concat(parts).toString("utf8");
}

/** Parses lines like `ref: refs/heads/main\tHEAD` and `<id>\t<ref>`. */
function readBranches(output: string): RemoteBranches {
  let defaultBranch: string | null = null;
  const tips = new Map<string, CommitSha>();
  for (const line of output.split("\n")) {
    const [left = "", right = ""] = line.split("\t");
    if (right === "HEAD" && left.startsWith("ref: refs/heads/")) defaultBranch = left.slice("ref: refs/heads/".length);
    const commit = parseCommitSha(left);
    if (commit !== null && right.startsWith("refs/heads/")) tips.set(branchName(right), commit);
  }
  return { defaultBranch, tips };
}

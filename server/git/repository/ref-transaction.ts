import type { RefUpdate } from "../../ports/git.ts";
import { GitFailed, lastWords } from "../process/git-failed.ts";
import type { GitProcesses } from "../process/git-process.ts";
import { noObject } from "../read/object-id.ts";
import { stale } from "../receive/redirect.ts";

/**
 * Checks whether git would move the ref now, without moving it: its name is valid, it is where the client saw it, no
 * other ref conflicts with it, and a branch gets a commit. Null means that git would; otherwise the reason why not.
 */
export async function rehearseUpdate(
  transaction: RefTransaction,
  { ref, from, to }: RefUpdate,
): Promise<string | null> {
  const update = `update ${ref}\0${to ?? noObject}\0${from ?? noObject}\0`;
  try {
    await transaction.run(`start\0${update}prepare\0abort\0`);
    return null;
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    const reason = lastWords(error.stderr).replace(/^prepare: /, "");
    return /but expected|already exists|unable to resolve/.test(reason) ? stale : plainReason(reason);
  }
}

/** Rewrites git's message that one ref cannot be a folder of another as a sentence about branches. */
export function plainReason(reason: string): string {
  const [, there, wanted] = /: 'refs\/heads\/(.+)' exists; cannot create 'refs\/heads\/(.+)'/.exec(reason) ?? [];
  return there && wanted
    ? `a branch "${there}" exists, so there can be none called "${wanted}": delete or rename one of them`
    : reason;
}

/** Points refs at these objects, wherever they point now, and removes those that are null. Rejects with GitFailed. */
export async function changeRefs(
  processes: GitProcesses,
  repository: string,
  refs: ReadonlyMap<string, string | null>,
  signal: AbortSignal,
): Promise<void> {
  await using transaction = openTransaction(processes, repository, signal);
  const changes = [...refs].map(([ref, to]) => (to === null ? `delete ${ref}\0\0` : `update ${ref}\0${to}\0\0`));
  await transaction.run(changes.join(""));
}

export function removeRefs(
  processes: GitProcesses,
  repository: string,
  refs: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  return changeRefs(processes, repository, new Map(refs.map((ref) => [ref, null])), signal);
}

/** A git that waits for the commands of one transaction. */
export interface RefTransaction extends AsyncDisposable {
  /** Rejects with GitFailed. */
  run(commands: string): Promise<void>;
}

/** Starts git, which takes longer than the transaction does. */
export function openTransaction(processes: GitProcesses, repository: string, signal: AbortSignal): RefTransaction {
  const git = processes.spawn({ repository, args: ["update-ref", "-z", "--stdin"] }, signal);
  return {
    async run(commands) {
      git.stdin.end(commands);
      git.stdout.resume();
      await git.succeeded();
    },
    [Symbol.asyncDispose]: () => git[Symbol.asyncDispose](),
  };
}

import { simpleGit } from "simple-git";
import { gitEnvironment } from "./git-environment.ts";
import { GitFailed } from "./git-failed.ts";

/**
 * Runs a short git command in a bare repository and resolves with its output. Rejects with GitFailed, or the signal's
 * reason.
 */
export type GitCommand = (repository: string, args: readonly string[], signal?: AbortSignal) => Promise<string>;

export function createGitCommand({ searchPath }: { readonly searchPath: string }): GitCommand {
  const environment = gitEnvironment(searchPath);
  const allowEnvironment = [...Object.keys(environment), "GIT_DIR"].filter((name) => name.startsWith("GIT_"));

  return async (repository, args, signal) => {
    signal?.throwIfAborted();
    // simple-git wraps our error in its own, and takes an exit code without a message for success.
    const ends: GitFailed[] = [];
    const git = simpleGit({
      baseDir: "/",
      // By default it waits another 50 ms for the output of a git that has ended; the closed pipes say so at once.
      completion: { onClose: true, onExit: false },
      ...(signal === undefined ? {} : { abort: signal }),
      allowEnvironment,
      // Both keep git safe here: only the repository's own configuration is read, and only two protocols are allowed.
      unsafe: { allowUnsafeConfigPaths: true, allowUnsafeProtocolOverride: true },
      errors(error, { exitCode, stdErr }) {
        if (exitCode === 0) return error;
        const failed = new GitFailed(args[0] ?? "", exitCode, Buffer.concat(stdErr).toString());
        ends.push(failed);
        return failed;
      },
    });
    try {
      return await git.env({ ...environment, GIT_DIR: repository }).raw([...args]);
    } catch (cause) {
      signal?.throwIfAborted();
      throw ends[0] ?? new Error(`git ${args[0]} could not be run`, { cause });
    }
  };
}

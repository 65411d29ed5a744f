import { simpleGit } from "simple-git";
import { gitEnvironment } from "./git-environment.ts";
import { GitFailed } from "./git-failed.ts";

/** Runs a short git command in a bare repository; resolves with what it printed. Rejects with GitFailed, or the signal's reason. */
export type GitCommand = (repository: string, args: readonly string[], signal?: AbortSignal) => Promise<string>;

export function createGitCommand({ searchPath }: { readonly searchPath: string }): GitCommand {
  const environment = gitEnvironment(searchPath);
  const allowEnvironment = [...Object.keys(environment), "GIT_DIR"].filter((name) => name.startsWith("GIT_"));

  return async (repository, args, signal) => {
    signal?.throwIfAborted();
    // simple-git makes an error of its own out of ours, and takes an exit code without a message for success.
    const ends: GitFailed[] = [];
    const git = simpleGit({
      baseDir: "/",
      ...(signal === undefined ? {} : { abort: signal }),
      allowEnvironment,
      // Both are what keeps git safe here: no configuration but the repository's, no protocols but two.
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

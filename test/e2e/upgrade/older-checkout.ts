import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../../../bin/set-up/places.mjs";

const run = promisify(execFile);
const git = async (...args: readonly string[]) => (await run("git", args, { cwd: root })).stdout.trim();

/** The oldest commit of the history whose server compiles and starts. It stands in for a first release until there is one. */
const oldestThatStarts = "5b671d82935c3486c38afb49ce4af33303868499";

export interface OlderCheckout {
  readonly commit: string;
  /** The folder of its compiled server. */
  readonly server: string;
  remove(): Promise<void>;
}

/**
 * The first released Baton, with its own packages, compiled. Resolves with a sentence where it cannot be had: its
 * history or its packages are out of reach.
 */
export async function olderCheckout(): Promise<OlderCheckout | string> {
  const commit = await firstRelease().catch(() => null);
  if (commit === null) return "This checkout has no history of the first release.";
  const folder = await mkdtemp(join(tmpdir(), "baton-older-"));
  const remove = async () => {
    await rm(folder, { recursive: true, force: true });
    await git("worktree", "prune");
  };
  await git("worktree", "add", "--quiet", "--detach", folder, commit);
  try {
    await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: folder });
  } catch (error) {
    await remove();
    const reason = error instanceof Error ? error.message.split("\n").slice(0, 3).join(" ") : String(error);
    return `The packages of ${commit} cannot be installed here: ${reason}`;
  }
  await run("npm", ["run", "build"], { cwd: folder });
  return { commit, server: join(folder, ".build/server"), remove };
}

async function firstRelease(): Promise<string> {
  const [tag] = (await git("tag", "--list", "v[0-9]*", "--sort=v:refname")).split("\n");
  return git("rev-parse", "--verify", "--end-of-options", `${tag || oldestThatStarts}^{commit}`);
}

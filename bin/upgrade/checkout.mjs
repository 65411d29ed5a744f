import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { SetUpProblem } from "../set-up/console/problem.mjs";
import { root } from "../set-up/places.mjs";
import { indent, mustRun, run } from "../set-up/run.mjs";

/** Files of both versions, beside each other: git ignores it, and it is on the file system of the checkout. */
const folder = join(root, ".upgrade");
const previous = join(folder, "previous");
/** What git does not bring, but set-up makes of what it brings. */
const made = ["node_modules", ".build"];

/** Goes with whichever packages are in place. */
const cache = "node_modules/.cache";

const moveIfThere = async (from, to) => {
  if (existsSync(from)) await rename(from, to);
};

const git = async (...args) => (await mustRun("git", args, { cwd: root })).trim();

/**
 * Opens this checkout: the files of the version that runs, and those of the next one beside them.
 *
 * @returns {Promise<{
 *   version: string,
 *   fetch(): Promise<void>,
 *   tags(): Promise<string[]>,
 *   prepare(tag: string, setUp: (folder: string) => Promise<void>): Promise<string>,
 *   swap(tag: string): Promise<void>,
 *   swapBack(): Promise<void>,
 *   hasOtherMigrations(): Promise<boolean>,
 *   forget(): Promise<void>,
 * }>}
 */
export async function openCheckout() {
  await refuseUnlessWhole();
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const branch = await run("git", ["symbolic-ref", "--quiet", "--short", "HEAD"], { cwd: root });
  const home = branch.code === 0 ? [branch.output.trim()] : ["--detach", await git("rev-parse", "HEAD")];

  return {
    version,

    async fetch() {
      await git("fetch", "--quiet", "--tags", "--force", "origin");
    },

    tags: async () => (await git("tag", "--list")).split("\n"),

    /** Brings the release into a folder of its own, and has it set up there. */
    async prepare(tag, setUp) {
      const staged = join(folder, tag);
      await this.forget();
      await mkdir(folder, { recursive: true });
      await git("worktree", "prune");
      await git("worktree", "add", "--quiet", "--force", "--detach", staged, `refs/tags/${tag}`);
      // The same packages need not be fetched again, nor most of others.
      const isKept = (file) => file !== join(root, cache);
      const options = { recursive: true, verbatimSymlinks: true, filter: isKept };
      await cp(join(root, "node_modules"), join(staged, "node_modules"), options);
      await setUp(staged);
      return staged;
    },

    async swap(tag) {
      const staged = join(folder, tag);
      await mkdir(previous, { recursive: true });
      await cp(join(root, "migrations/meta/_journal.json"), join(previous, "journal.json"));
      await git("checkout", "--quiet", "--detach", `refs/tags/${tag}`);
      for (const name of made) {
        await rename(join(root, name), join(previous, name));
        await rename(join(staged, name), join(root, name));
      }
      await moveIfThere(join(previous, cache), join(root, cache));
    },

    async swapBack() {
      await git("checkout", "--quiet", ...home);
      if (existsSync(join(previous, "node_modules"))) await moveIfThere(join(root, cache), join(previous, cache));
      for (const name of made) {
        if (!existsSync(join(previous, name))) continue;
        await rm(join(root, name), { recursive: true, force: true });
        await rename(join(previous, name), join(root, name));
      }
    },

    /** Whether the new version is in place and has migrated the database further than the old one knows. */
    async hasOtherMigrations() {
      if (!existsSync(join(previous, "journal.json"))) return false;
      const journals = [join(root, "migrations/meta/_journal.json"), join(previous, "journal.json")];
      const [now, before] = await Promise.all(journals.map((file) => readFile(file, "utf8")));
      return now !== before;
    },

    async forget() {
      await rm(folder, { recursive: true, force: true });
      await git("worktree", "prune");
    },
  };
}

/** A checkout that can be changed, and put back, without losing somebody's work. */
async function refuseUnlessWhole() {
  const top = await run("git", ["rev-parse", "--show-toplevel"], { cwd: root });
  if (top.code !== 0 || top.output.trim() !== root) {
    throw new SetUpProblem(`${root} is not a git checkout, so it can't be upgraded this way:\n\n${indent(top.output)}`);
  }
  const changed = await git("status", "--porcelain", "--untracked-files=no");
  if (changed !== "") {
    throw new SetUpProblem(`This checkout has changes of your own. Commit or remove them first:\n\n${indent(changed)}`);
  }
}

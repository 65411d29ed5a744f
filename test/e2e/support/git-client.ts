import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A working tree for the real git client, without anybody's git settings. */
export interface Repository {
  readonly folder: string;
  /** A null removes the file. */
  write(files: Readonly<Record<string, string | null>>): Promise<void>;
  /** Commits everything. Resolves with the commit's id. */
  commit(message: string): Promise<string>;
  /** Resolves with git's output; rejects when git fails. */
  git(...args: readonly string[]): Promise<string>;
  push(remote: string, refspec?: string, ...options: readonly string[]): Push;
  remove(): Promise<void>;
}

export interface Push {
  /** The output that the terminal has shown so far. */
  text(): string;
  /** Resolves once the output matches; rejects when git ends first. */
  shows(pattern: RegExp): Promise<void>;
  /** Resolves when git has ended, successfully or not. */
  readonly done: Promise<PushEnd>;
  /** Kills git and all of its children at once, as closing the laptop would. */
  kill(): void;
}

export interface PushEnd {
  readonly code: number | null;
  readonly text: string;
}

export async function createRepository(branch = "main", author = "Ada Lovelace"): Promise<Repository> {
  const folder = await mkdtemp(join(tmpdir(), "baton-app-"));
  const repository = openRepository(folder, author);
  await repository.git("init", "--quiet", `--initial-branch=${branch}`);
  return repository;
}

/** Clones the repository for another author. */
export async function cloneRepository(remote: string, author: string): Promise<Repository> {
  const folder = await mkdtemp(join(tmpdir(), "baton-clone-"));
  const repository = openRepository(folder, author);
  await repository.git("clone", "--quiet", remote, ".");
  return repository;
}

function openRepository(folder: string, author: string): Repository {
  return {
    folder,
    async write(files) {
      for (const [path, content] of Object.entries(files)) {
        const file = join(folder, path);
        await mkdir(dirname(file), { recursive: true });
        if (content === null) await rm(file, { force: true });
        else await writeFile(file, content);
      }
    },
    async commit(message) {
      await this.git("add", "--all");
      await this.git("commit", "--quiet", "--allow-empty", `--message=${message}`);
      return this.git("rev-parse", "HEAD");
    },
    async git(...args) {
      const { code, text } = await start(folder, author, args).done;
      if (code !== 0) throw new Error(`git ${args.join(" ")} exited with ${code}:\n${text}`);
      return text.trim();
    },
    push: (remote, refspec = "HEAD", ...options) => start(folder, author, ["push", ...options, remote, refspec]),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function start(folder: string, author: string, args: readonly string[]): Push {
  const child = spawn("git", args, {
    cwd: folder,
    // Git leaves HTTP to a child process, so the two need a process group of their own.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH, HOME: folder, ...isolation, ...identity(author) },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
  }
  const done = once(child, "close").then(([code]): PushEnd => ({ code, text }));
  return {
    text: () => text,
    done,
    async shows(pattern) {
      const ended = done.then(({ code }) => {
        throw new Error(`git exited with ${code} before it showed ${pattern}:\n${text}`);
      });
      ended.catch(() => {});
      while (!pattern.test(text)) await Promise.race([once(child.stderr, "data"), ended]);
    },
    kill() {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    },
  };
}

const isolation = { GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" };

function identity(author: string): Readonly<Record<string, string>> {
  const email = `${author.toLowerCase().replace(/\W+/g, ".")}@example.com`;
  return {
    GIT_AUTHOR_NAME: author,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: author,
    GIT_COMMITTER_EMAIL: email,
  };
}

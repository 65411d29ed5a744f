import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A user's git: a working tree, without this machine's own git configuration. */
export interface GitClient extends AsyncDisposable {
  readonly folder: string;
  /** Resolves with git's trimmed output; rejects when git fails. */
  git(...args: string[]): Promise<string>;
  /** Resolves with any exit code. `onOutput` gets everything that git has printed on stderr so far. */
  tryGit(args: readonly string[], options?: TryOptions): Promise<Finished>;
  /** A pack with every object that a commit reaches. */
  pack(revision: string): Promise<Buffer>;
  /** Writes files and commits them. Resolves with the commit's id. */
  commit(message: string, files: Readonly<Record<string, string | Buffer>>): Promise<string>;
}

export interface TryOptions {
  readonly input?: string | Buffer;
  readonly onOutput?: (soFar: string) => void;
}

export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
  /** The output as bytes. */
  readonly bytes: Buffer;
  readonly stderr: string;
}

export async function createGitClient(): Promise<GitClient> {
  const folder = await temporaryFolder("baton-git-client-");
  const client: GitClient = {
    folder,
    tryGit: (args, options = {}) => run(folder, args, options),
    async git(...args) {
      return (await succeed(folder, args, {})).stdout.trim();
    },
    async pack(revision) {
      return (await succeed(folder, ["pack-objects", "--stdout", "--revs", "--quiet"], { input: `${revision}\n` }))
        .bytes;
    },
    async commit(message, files) {
      for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
      await client.git("add", "--all");
      await client.git("commit", "--quiet", "--allow-empty", "--message", message);
      return client.git("rev-parse", "HEAD");
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
  await client.git("init", "--quiet", "--initial-branch=main");
  // Large files are here to test streaming, not zlib.
  await client.git("config", "core.compression", "0");
  return client;
}

async function succeed(cwd: string, args: readonly string[], options: TryOptions): Promise<Finished> {
  const finished = await run(cwd, args, options);
  if (finished.exitCode === 0) return finished;
  throw new Error(`git ${args.join(" ")} exited with ${finished.exitCode}: ${finished.stderr}`);
}

export function temporaryFolder(prefix: string): Promise<string> {
  return mkdtemp(join(tmpdir(), prefix));
}

function run(cwd: string, args: readonly string[], { input, onOutput }: TryOptions): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", args, {
      cwd,
      env: {
        PATH: process.env.PATH ?? "",
        HOME: cwd,
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_TERMINAL_PROMPT: "0",
        GIT_AUTHOR_NAME: "Ada Löwe",
        GIT_AUTHOR_EMAIL: "ada@example.org",
        GIT_COMMITTER_NAME: "Ada Löwe",
        GIT_COMMITTER_EMAIL: "ada@example.org",
        LC_ALL: "C.UTF-8",
      },
    });
    const stdout: Buffer[] = [];
    let stderr = "";
    child.stdout.on("data", (bytes: Buffer) => stdout.push(bytes));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      onOutput?.(stderr);
    });
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    child.once("error", reject);
    child.once("close", (exitCode) => {
      const bytes = Buffer.concat(stdout);
      resolve({ exitCode, stdout: bytes.toString(), bytes, stderr });
    });
  });
}

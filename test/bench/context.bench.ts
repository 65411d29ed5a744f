import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { planTree } from "../../builder/plan/plan-tree.ts";
import { contextEntries } from "../../builder/source/context.ts";
import { sourceTree } from "../../builder/source/source-tree.ts";
import { createGit } from "../../server/git/git.ts";
import type { CommitSha } from "../../server/model/names/ids.ts";
import { temporaryFolder } from "../git/git-client.ts";
import { product } from "../git/servers/git-server.ts";
import { createSamples, medianOf, report } from "./support/figures.ts";

/**
 * Measures what a large repository costs before its build: Baton lists it, plans it and makes its build context, in turn
 * with `git archive` alone.
 */

const fileCount = Number(process.env.BATON_BENCH_FILES ?? 20_000);
const totalBytes = Number(process.env.BATON_BENCH_BYTES ?? 500 * 1024 * 1024);
const filesInFolder = 100;
const turns = Number(process.env.BATON_BENCH_TURNS ?? 5);
const limits = { maxEntries: 100_000, maxFileBytes: 512 * 1024 * 1024, maxTotalBytes: 2 * 1024 ** 3 };
const memoryEveryMs = 20;
const signal = new AbortController().signal;
const run = promisify(execFile);
const { add, samples } = createSamples();

test("the plan and the build context of a large repository, and git archive, in turn", async () => {
  const folder = await temporaryFolder("baton-bench-");
  const closing = new AbortController();
  try {
    const git = createGit({ folder: join(folder, "repositories"), closing: closing.signal });
    await git.ensureRepository(product);
    const repository = join(folder, "repositories", `${product}.git`);
    const commit = await fill(join(folder, "work"), repository);
    for (let turn = 0; turn <= turns; turn++) {
      // The first of each kind fills the machine's cache of files.
      const count = turn === 0 ? () => {} : add;
      const byHand = await measured(async () => bytesOf(await archiveByHand(repository, commit)));
      count("by hand: git archive, ms", byHand.ms);
      const plan = await measured(() => planned(git, commit));
      const context = await measured(async () => bytesOf(git.archive(product, commit, plan.result, signal)));
      count("plan, ms", plan.ms);
      count("context, ms", context.ms);
      count("plan and context, ms", plan.ms + context.ms);
      count("context, MB", context.result / 1e6);
      count("memory above the start, MB", Math.max(plan.memoryMb, context.memoryMb));
      expect(context.result).toBeGreaterThan(totalBytes);
    }
  } finally {
    closing.abort(new Error("the measurement is over"));
    await rm(folder, { recursive: true, force: true });
  }
  add(
    "plan and context, ratio to by hand",
    medianOf(samples, "plan and context, ms") / medianOf(samples, "by hand: git archive, ms"),
  );
  await report("context", samples);
});

/** Commits files of random bytes, which git cannot compress, and a Dockerfile. */
async function fill(folder: string, repository: string): Promise<CommitSha> {
  const bytes = Math.ceil(totalBytes / fileCount);
  for (let first = 0; first < fileCount; first += filesInFolder) {
    const inside = join(folder, `folder-${first / filesInFolder}`);
    await mkdir(inside, { recursive: true });
    for (let index = 0; index < filesInFolder; index++) {
      await writeFile(join(inside, `file-${index}.bin`), randomBytes(bytes));
    }
  }
  await writeFile(join(folder, "Dockerfile"), 'FROM scratch\nCOPY . /\nCMD ["/run"]\n');
  const git = (...args: string[]) => run("git", ["-C", folder, "-c", "user.name=Ada", "-c", "user.email=a@b", ...args]);
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "--all");
  await git("commit", "--quiet", "-m", "Many files");
  await git("push", "--quiet", repository, "main");
  return (await git("rev-parse", "HEAD")).stdout.trim() as CommitSha;
}

type Git = ReturnType<typeof createGit>;

async function planned(git: Git, commit: CommitSha): Promise<Parameters<Git["archive"]>[2]> {
  const listed = await git.listTree(product, commit, limits, signal);
  const tree = sourceTree(listed, (path) => git.readFile(product, commit, path, limits.maxFileBytes, signal));
  const { stacks } = await planTree(tree, { healthTimeoutMs: 90_000, variables: {} });
  const [service] = stacks.flatMap(({ services }) => services);
  if (service?.source.type !== "build") throw new Error("the Dockerfile was not found");
  const { entries } = contextEntries(listed, service.source.recipe);
  return { entries, stripPrefix: "", extraFiles: new Map() };
}

async function archiveByHand(repository: string, commit: string): Promise<Readable> {
  const git = spawn("git", ["--git-dir", repository, "archive", commit], { stdio: ["ignore", "pipe", "inherit"] });
  await once(git, "spawn");
  return git.stdout;
}

async function bytesOf(stream: Readable): Promise<number> {
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) bytes += chunk.length;
  return bytes;
}

/** Runs some work. Also returns how much more memory this process used meanwhile than before. */
async function measured<T>(work: () => Promise<T>) {
  global.gc?.();
  const before = process.memoryUsage.rss();
  let most = before;
  const look = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, memoryEveryMs);
  const beganMs = performance.now();
  const result = await work();
  const ms = performance.now() - beganMs;
  clearInterval(look);
  return { result, ms, memoryMb: (most - before) / 1e6 };
}

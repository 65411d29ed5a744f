import { type CommitSha, parseCommitSha } from "../../model/names/ids.ts";
import type { Git } from "../../ports/git.ts";
import type { GitProcesses } from "../process/git-process.ts";

type NewCommit = Parameters<Git["commitFiles"]>[1];

/**
 * See the Git port. `fast-import` writes blobs, tree, commit and branch in one go, and refuses to lose commits of a
 * branch.
 */
export async function commitFiles(
  processes: GitProcesses,
  repository: string,
  commit: NewCommit,
  signal: AbortSignal,
): Promise<CommitSha> {
  // `done` makes git refuse a stream that breaks off in the middle.
  await using git = processes.spawn({ repository, args: ["fast-import", "--quiet", "--done"] }, signal);
  let said = "";
  git.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  git.stdin.end(streamOf(commit));
  await git.succeeded();
  const sha = parseCommitSha(said.trim());
  if (sha === null) throw new Error("git did not name the commit it created");
  return sha;
}

function streamOf({ branch, files, message, at }: NewCommit): Buffer {
  const mark = ":1";
  return Buffer.concat([
    Buffer.from(`commit refs/heads/${branch}\nmark ${mark}\n`),
    Buffer.from(`committer Baton <baton@localhost> ${Math.floor(at.getTime() / 1000)} +0000\n`),
    data(Buffer.from(message)),
    ...[...files].flatMap(([path, content]) => [Buffer.from(`M 100644 inline ${quoted(path)}\n`), data(content)]),
    Buffer.from(`\nget-mark ${mark}\ndone\n`),
  ]);
}

function data(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from("\n")]);
}

/** Quotes a path as git does, so that it is always taken as a path. */
function quoted(path: string): string {
  return `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

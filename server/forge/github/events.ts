import { z } from "zod";
import { type CommitSha, parseCommitSha } from "../../model/names/ids.ts";
import { type ForgeEvent, UnreadableDelivery } from "../../ports/forge.ts";

// Only what is used, and nothing stricter than that needs: GitHub adds fields, and servers of one's own are older.
// https://docs.github.com/en/webhooks/webhook-events-and-payloads

/** GitHub names at most so many commits in a push: with as many there may be more. */
const maxCommits = 2_048;
/** More changed files than this are not looked through: such a push is about everything. */
const maxPaths = 3_000;

const url = z.string().max(2_000);
const repository = z.object({
  clone_url: url.optional(),
  ssh_url: url.optional(),
  html_url: url.optional(),
  default_branch: z.string().max(250).optional(),
});
const commitId = z.string().transform((text, context): CommitSha => {
  const sha = parseCommitSha(text);
  if (sha !== null) return sha;
  context.addIssue("expected a commit id");
  return z.NEVER;
});
const ref = z.string().min(1).max(300);
const files = z.array(z.string()).default([]);
const commit = z.object({ message: z.string().default(""), added: files, removed: files, modified: files });

const ping = z.object({ repository: repository.optional() });
const push = z.object({
  ref,
  before: commitId,
  after: commitId,
  deleted: z.boolean().default(false),
  forced: z.boolean().default(false),
  repository,
  commits: z.array(commit).default([]),
  head_commit: commit.nullish(),
  pusher: z.object({ name: z.string() }).nullish(),
  sender: z.object({ login: z.string() }).nullish(),
});
const deletion = z.object({ ref, ref_type: z.enum(["branch", "tag"]), repository });
const pullRequest = z.object({ action: z.string().max(50), number: z.number().int(), repository });

/** One of GitHub's events, in our words. Throws UnreadableDelivery. */
export function readEvent(name: string, payload: unknown): ForgeEvent {
  switch (name) {
    case "ping":
      return { type: "ping", repository: namesOf(parse(ping, payload).repository ?? {}) };
    case "push":
      return pushOf(parse(push, payload));
    case "delete": {
      const { ref: gone, ref_type: kind, repository: where } = parse(deletion, payload);
      return { type: "delete", kind, name: gone, repository: namesOf(where) };
    }
    case "pull_request": {
      const { action, number, repository: where } = parse(pullRequest, payload);
      return { type: "pull-request", action, number, repository: namesOf(where) };
    }
    default:
      return { type: "other", name };
  }
}

function pushOf(payload: z.infer<typeof push>): ForgeEvent {
  const where = namesOf(payload.repository);
  if (payload.deleted || /^0+$/.test(payload.after)) {
    const [, kind = "heads", name = payload.ref] = /^refs\/(heads|tags)\/(.+)$/s.exec(payload.ref) ?? [];
    return { type: "delete", kind: kind === "tags" ? "tag" : "branch", name, repository: where };
  }
  return {
    type: "push",
    repository: where,
    ref: payload.ref,
    after: payload.after,
    defaultBranch: payload.repository.default_branch ?? null,
    message: payload.head_commit?.message ?? "",
    paths: pathsOf(payload),
    by: payload.pusher?.name ?? payload.sender?.login ?? null,
  };
}

/** Null where the commits don't tell: a new branch and a forced push change more, or other, files than they name. */
function pathsOf({ before, forced, commits }: z.infer<typeof push>): readonly string[] | null {
  if (forced || /^0+$/.test(before) || commits.length === 0 || commits.length >= maxCommits) return null;
  const paths = new Set(commits.flatMap(({ added, removed, modified }) => [...added, ...removed, ...modified]));
  return paths.size > maxPaths ? null : [...paths];
}

function namesOf({ clone_url, ssh_url, html_url }: z.infer<typeof repository>): readonly string[] {
  return [html_url, clone_url, ssh_url].filter((name) => name !== undefined);
}

function parse<Schema extends z.ZodType>(schema: Schema, payload: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UnreadableDelivery(
    `the payload is not a GitHub payload: ${issue?.path.join(".") || "it"}: ${issue?.message}`,
  );
}

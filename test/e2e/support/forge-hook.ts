import { createHmac, randomUUID } from "node:crypto";
import examples from "@octokit/webhooks-examples/api.github.com/index.json" with { type: "json" };

export interface HookAnswer {
  readonly status: number;
  readonly verdict: string;
  readonly outcome: string;
  readonly deploymentId?: number;
  readonly tookMs: number;
}

export interface HookChanges {
  readonly deliveryId?: string;
  readonly event?: string;
  readonly branch?: string;
  readonly payload?: Readonly<Record<string, unknown>>;
}

/** A webhook as GitHub has it: real payloads about one repository, signed with the secret that was pasted there. */
export interface Hook {
  /** Delivers an event. A push event says that `commit` is now the newest of the branch. */
  deliver(commit: string, changes?: HookChanges): Promise<HookAnswer>;
  /** The signed request of such a delivery. */
  request(commit: string, changes?: HookChanges): HookRequest;
}

export interface HookRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function createHook(
  { url, secret }: { readonly url: string; readonly secret: string },
  repository: string,
): Hook {
  const prepare: Hook["request"] = (
    commit,
    { deliveryId = randomUUID(), event = "push", branch = "main", payload = {} } = {},
  ) => {
    const example = examples.find(({ name }) => name === event)?.examples[0] as Record<string, unknown>;
    const pushed = {
      ref: `refs/heads/${branch}`,
      before: "1".repeat(40),
      after: commit,
      ...{ created: false, deleted: false, forced: false },
      head_commit: { id: commit, message: "Work" },
      commits: [{ message: "Work", added: [], removed: [], modified: ["server.mjs"] }],
    };
    const about = { repository: { ...(example.repository as object), clone_url: repository } };
    const body = JSON.stringify({ ...example, ...about, ...(event === "push" && pushed), ...payload });
    const headers = {
      "Content-Type": "application/json",
      "User-Agent": "GitHub-Hookshot/044aadd",
      "X-GitHub-Event": event,
      "X-GitHub-Delivery": deliveryId,
      "X-Hub-Signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
    };
    return { headers, body };
  };

  return {
    request: prepare,
    async deliver(commit, changes) {
      const startedMs = performance.now();
      const answer = await fetch(url, { method: "POST", ...prepare(commit, changes) });
      const said = (await answer.json()) as Omit<HookAnswer, "status" | "tookMs">;
      return { ...said, status: answer.status, tookMs: performance.now() - startedMs };
    },
  };
}

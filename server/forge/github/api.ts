import { ForgeUnavailable } from "../../ports/forge.ts";

export interface GitHubRequest {
  readonly method: "GET" | "POST" | "PATCH";
  /** Below the API's address: `/repos/acme/shop/statuses/…`. */
  readonly path: string;
  readonly body?: unknown;
}

/** One call; resolves with the JSON of the answer. Rejects with ForgeUnavailable. */
export type CallGitHub = (request: GitHubRequest) => Promise<unknown>;

const callTimeoutMs = 15_000;
const maxAnswerBytes = 4 * 1024 * 1024;

/**
 * Five calls need no client library. Redirects are not followed: they would take the token with them.
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 */
export function createGitHubApi(apiUrl: string) {
  const base = apiUrl.replace(/\/+$/, "");

  return async (token: string, { method, path, body }: GitHubRequest, signal: AbortSignal): Promise<unknown> => {
    const what = `${method} ${path.split("?")[0]}`;
    try {
      const answer = await fetch(base + path, {
        method,
        redirect: "manual",
        signal: AbortSignal.any([signal, AbortSignal.timeout(callTimeoutMs)]),
        headers: {
          Accept: "application/vnd.github+json",
          Authorization: `Bearer ${token}`,
          "User-Agent": "baton",
          "X-GitHub-Api-Version": "2022-11-28",
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await readBounded(answer);
      if (!answer.ok) throw refusal(what, answer, text);
      return text === "" ? null : JSON.parse(text);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ForgeUnavailable) throw error;
      throw new ForgeUnavailable(`GitHub did not respond to ${what}: ${reasonOf(error)}`, { cause: error });
    }
  };
}

async function readBounded(answer: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of answer.body ?? []) {
    length += part.length;
    if (length > maxAnswerBytes) throw new Error("the response is too large");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function refusal(what: string, answer: Response, text: string): ForgeUnavailable {
  const said = /"message"\s*:\s*"([^"\\]{1,200})/.exec(text)?.[1];
  const hint = {
    401: "; the token is invalid or has expired",
    403: "; the token lacks the permission for it",
    404: "; the repository does not exist, or the token has no access to it",
  }[answer.status];
  return new ForgeUnavailable(`GitHub answered ${what} with ${answer.status}${said ? ` (${said})` : ""}${hint ?? ""}`, {
    retryAfterMs: retryAfterMs(answer.headers),
  });
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
function retryAfterMs(headers: Headers): number | null {
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  if (Number.isFinite(seconds)) return seconds * 1_000;
  if (headers.get("x-ratelimit-remaining") !== "0") return null;
  const reset = Number(headers.get("x-ratelimit-reset") ?? Number.NaN);
  const at = Date.parse(headers.get("date") ?? "");
  return Number.isFinite(reset) && Number.isFinite(at) ? Math.max(0, reset * 1_000 - at) : null;
}

/** fetch says "fetch failed" and keeps why to itself. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof DOMException && cause.name === "TimeoutError")
    return `no response within ${callTimeoutMs / 1_000} s`;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

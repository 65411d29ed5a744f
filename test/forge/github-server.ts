import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that the server received. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
  readonly body: Record<string, unknown>;
}

/** The endpoints of GitHub's API that Baton calls, in memory, as GitHub's documentation describes them. */
export interface GitHubServer extends AsyncDisposable {
  readonly url: string;
  readonly calls: readonly Call[];
  /** Open pull requests by their head: `acme:topic`. */
  readonly pulls: Map<string, number>;
  /** The comments of each pull request: their ids and texts. */
  readonly comments: Map<number, Map<number, string>>;
  readonly statuses: readonly {
    readonly sha: string;
    readonly state: string;
    readonly target_url: string;
    readonly context: string;
  }[];
  readonly deployments: ReadonlyMap<
    number,
    { readonly ref: string; readonly environment: string; readonly states: readonly Record<string, unknown>[] }
  >;
  /** Responses that the next requests get instead. */
  readonly failures: { readonly status: number; readonly headers?: Readonly<Record<string, string>> }[];
}

export async function serveGitHub(repository: string): Promise<GitHubServer> {
  const calls: Call[] = [];
  const pulls = new Map<string, number>();
  const comments = new Map<number, Map<number, string>>();
  const statuses: GitHubServer["statuses"][number][] = [];
  const deployments = new Map<number, { ref: string; environment: string; states: Record<string, unknown>[] }>();
  const failures: GitHubServer["failures"] = [];
  let lastId = 1_000;

  /** The response's status and body; null when there is no such endpoint. */
  function answer(method: string, url: URL, body: Record<string, unknown>): readonly [number, unknown] | null {
    const [, place = ""] = url.pathname.split(`/repos/${repository}`);
    const [, , first = "", second = ""] = place.split("/");
    switch (`${method} ${place.replace(/[0-9a-f]{40}|\d+/g, "*")}`) {
      case "POST /statuses/*":
        statuses.push({ sha: first, ...body } as unknown as GitHubServer["statuses"][number]);
        return [201, { id: ++lastId }];
      case "POST /deployments":
        deployments.set(++lastId, { ref: String(body.ref), environment: String(body.environment), states: [] });
        return [201, { id: lastId }];
      case "POST /deployments/*/statuses":
        deployments.get(Number(first))?.states.push(body);
        return deployments.has(Number(first)) ? [201, { id: ++lastId }] : [404, { message: "Not Found" }];
      case "GET /pulls": {
        const number = pulls.get(url.searchParams.get("head") ?? "");
        return [200, number === undefined ? [] : [{ number }]];
      }
      case "GET /issues/*/comments":
        return [200, [...(comments.get(Number(first)) ?? [])].map(([id, text]) => ({ id, body: text }))];
      case "POST /issues/*/comments":
        comments.set(Number(first), (comments.get(Number(first)) ?? new Map()).set(++lastId, String(body.body)));
        return [201, { id: lastId }];
      case "PATCH /issues/comments/*":
        for (const one of comments.values()) if (one.has(Number(second))) one.set(Number(second), String(body.body));
        return [200, { id: Number(second) }];
      default:
        return null;
    }
  }

  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request.setEncoding("utf8")) text += part;
    const url = new URL(request.url ?? "/", "http://localhost");
    const body = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
    const { authorization = "" } = request.headers;
    calls.push({ method: request.method ?? "", path: url.pathname, authorization, body });
    const failure = failures.shift();
    if (failure) {
      response.writeHead(failure.status, failure.headers).end(JSON.stringify({ message: "Server trouble" }));
      return;
    }
    const [status, json] = answer(request.method ?? "", url, body) ?? [404, { message: "Not Found" }];
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(json));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ calls, pulls, comments, statuses, deployments, failures },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

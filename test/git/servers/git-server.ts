import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { DeploymentId, ProductId } from "../../../server/model/names/ids.ts";
import {
  BadPush,
  type Git,
  type GitService,
  type PushAnswer,
  type PushRequest,
  type PushResult,
} from "../../../server/ports/git.ts";
import { createLatch } from "../latch.ts";

export const product = 7 as ProductId;
const sampleProduct = product;

/** Baton's smart HTTP without authentication, with a deployment that the test controls. */
export interface GitServer extends AsyncDisposable {
  readonly url: string;
  readonly pushes: readonly PushRequest[];
  readonly stored: readonly PushResult[];
  /** Resolves with the first error in a request. */
  readonly failure: Promise<unknown>;
  /** The number of requests that were only git's probe. */
  readonly probes: number;
}

export interface Deployer {
  /** The branches that deploy, by full name, with their deployments. */
  readonly redirect?: ReadonlyMap<string, readonly number[]>;
  /** Resolves with why the deployments failed; null when they are ready. */
  readonly deploy?: (answer: PushAnswer, stored: PushResult) => Promise<string | null>;
}

export async function serveGit(
  git: Git,
  deployer: () => Deployer = () => ({}),
  product: ProductId = sampleProduct,
): Promise<GitServer> {
  const pushes: PushRequest[] = [];
  const stored: PushResult[] = [];
  const failure = createLatch<unknown>();
  const facts = { probes: 0 };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const protocol = (request.headers["git-protocol"] as string | undefined) ?? null;
    const signal = goneSignal(response);
    if (url.pathname === "/app.git/info/refs") {
      const service = url.searchParams.get("service") as GitService;
      begin(response, service, "advertisement");
      await pipeline(await git.advertise(product, service, protocol, signal), response);
    } else if (url.pathname === "/app.git/git-upload-pack") {
      begin(response, "git-upload-pack", "result");
      await git.uploadPack(product, bodyOf(request), response, protocol, signal);
    } else if (url.pathname === "/app.git/git-receive-pack") {
      await answerPush(request, response, signal);
    } else response.writeHead(404).end();
  }

  async function answerPush(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const push = await git.readPush(bodyOf(request));
    begin(response, "git-receive-pack", "result");
    if (push === null) {
      facts.probes += 1;
      response.end();
      return;
    }
    pushes.push(push);
    const { redirect = new Map<string, number[]>(), deploy = async () => null } = deployer();
    const terminal = git.answerPush(push, response);
    const routes = redirect as ReadonlyMap<string, readonly DeploymentId[]>;
    const result = await git.receive(product, push, routes, terminal.progress, signal);
    stored.push(result);
    const refs = new Map(result.refs);
    for (const ref of redirect.keys()) if (refs.get(ref) === null) refs.set(ref, await deploy(terminal, result));
    terminal.finish({ ...result, refs });
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      failure.open(error);
      if (error instanceof BadPush) response.writeHead(400).end(error.message);
      else response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/app.git`,
    pushes,
    stored,
    failure: failure.opened,
    get probes() {
      return facts.probes;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function begin(response: ServerResponse, service: GitService, kind: "advertisement" | "result"): void {
  response.writeHead(200, { "Content-Type": `application/x-${service}-${kind}`, "Cache-Control": "no-cache" });
}

function bodyOf(request: IncomingMessage): Readable {
  return request.headers["content-encoding"] === "gzip" ? request.pipe(createGunzip()) : request;
}

function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort(new Error("the client went away"));
  });
  return gone.signal;
}

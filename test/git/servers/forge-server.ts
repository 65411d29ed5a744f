import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLine } from "../../../server/git/receive/stream-reader.ts";

/** A forge on loopback that serves real repositories with git's own `http-backend`. */
export interface ForgeServer extends AsyncDisposable {
  readonly port: number;
  /** A bare repository such as `acme/shop`, created on first use. */
  repository(name: string): Promise<{ readonly folder: string; readonly url: string }>;
  /** The requests so far, such as `GET /acme/shop.git/info/refs`. */
  readonly requests: string[];
  /** The password that all requests need; null when none is needed. */
  token: string | null;
  /** Answers requests in place of the repository, if set. */
  answer: ((request: IncomingMessage, response: ServerResponse) => void) | null;
}

export async function serveForge(): Promise<ForgeServer> {
  const root = await mkdtemp(join(tmpdir(), "baton-forge-"));
  const server = createServer((request, response) => {
    forge.requests.push(`${request.method} ${request.url?.split("?")[0]}`);
    const password = Buffer.from(request.headers.authorization?.split(" ")[1] ?? "", "base64")
      .toString()
      .split(":")[1];
    if (forge.answer !== null) forge.answer(request, response);
    else if (forge.token !== null && password !== forge.token) {
      response.writeHead(401, { "WWW-Authenticate": "Basic" }).end("who are you?");
    } else void backend(root, request, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  const forge: ForgeServer = {
    port,
    requests: [],
    token: null,
    answer: null,
    async repository(name) {
      const folder = join(root, `${name}.git`);
      await run("git", ["init", "--quiet", "--bare", "--initial-branch=main", folder]);
      await run("git", ["-C", folder, "config", "http.receivepack", "true"]);
      return { folder, url: `http://127.0.0.1:${port}/${name}.git` };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await rm(root, { recursive: true, force: true });
    },
  };
  return forge;
}

/** CGI writes headers and a body to its output. https://git-scm.com/docs/git-http-backend */
async function backend(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const child = spawn("git", ["http-backend"], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  response.once("close", () => child.kill());
  child.stdin.on("error", () => {});
  request.pipe(child.stdin);
  for (let line = await readLine(child.stdout, 8_192); line !== null; line = await readLine(child.stdout, 8_192)) {
    const [name = "", value = ""] = line.trim().split(/:\s*/, 2);
    if (name === "") break;
    if (name === "Status") response.statusCode = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  child.stdout.pipe(response);
}

export async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: "ignore" });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} exited with ${code}`);
}

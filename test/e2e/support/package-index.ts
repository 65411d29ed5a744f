import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import Dockerode from "dockerode";
import { zip } from "./zip.ts";

/** An index of Python packages and a proxy of Go modules in one. Both require the token. */
export interface PackageIndex extends AsyncDisposable {
  /** The value of PIP_INDEX_URL. */
  readonly pythonUrl: string;
  /** The value of GOPROXY. */
  readonly goUrl: string;
  readonly host: string;
  readonly token: string;
  /** The module's lines of a go.sum. */
  readonly goSum: string;
  /** The paths that were requested with the token since the last call. */
  asked(): readonly string[];
}

/**
 * Serves one Python package, `greeting` 1.0, and one Go module, `example.test/greeting` v1.0.0, where builds can reach
 * them.
 */
export async function startPackageIndex(): Promise<PackageIndex> {
  const host = await addressForBuilds();
  const token = `index-${randomUUID()}`;
  const files = new Map<string, Buffer>([...pythonFiles(), ...goFiles()]);
  let asked: string[] = [];
  const server = createServer((request, response) => {
    const path = pathWithToken(request, token);
    if (path === null) {
      response.writeHead(401, { "WWW-Authenticate": 'Basic realm="packages"' }).end();
      return;
    }
    asked.push(path);
    const file = files.get(path);
    response.writeHead(file === undefined ? 404 : 200, { "Content-Type": contentType(path) }).end(file);
  });
  server.listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    pythonUrl: `http://team:${token}@${host}:${port}/simple/`,
    // Go sends credentials only over https.
    goUrl: `http://${host}:${port}/${token}/go`,
    host,
    token,
    goSum: `${module} v1.0.0 ${goHash(moduleFiles)}\n${module} v1.0.0/go.mod ${goHash({ "go.mod": goMod })}\n`,
    asked() {
      const since = asked;
      asked = [];
      return since;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Builds use Docker's default network. This machine's address in it is unreachable from outside. */
async function addressForBuilds(): Promise<string> {
  const network = await new Dockerode().getNetwork("bridge").inspect();
  const config = network.IPAM?.Config?.[0];
  return config?.Gateway ?? (config?.Subnet ?? "172.17.0.0/16").replace(/\d+\/\d+$/, "1");
}

/** The requested path, if the request has the token as its password or in its URL; otherwise null. */
function pathWithToken({ url = "", headers }: IncomingMessage, token: string): string | null {
  if (url.startsWith(`/${token}/`)) return url.slice(token.length + 1);
  return headers.authorization === `Basic ${Buffer.from(`team:${token}`).toString("base64")}` ? url : null;
}

function contentType(path: string): string {
  return path.startsWith("/simple/") ? "text/html" : "application/octet-stream";
}

/** The simple repository API (PEP 503), and a wheel. */
function pythonFiles(): Iterable<[string, Buffer]> {
  const name = "greeting-1.0-py3-none-any.whl";
  const wheel = zip({
    "greeting.py": 'def greet(name):\n    return f"Hello, {name}, from a package"\n',
    "greeting-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n",
    "greeting-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "greeting-1.0.dist-info/RECORD": "greeting.py,,\n",
  });
  return [
    ["/simple/greeting/", Buffer.from(`<!DOCTYPE html><a href="/files/${name}">${name}</a>`)],
    [`/files/${name}`, wheel],
  ];
}

const module = "example.test/greeting";
const goMod = `module ${module}\n\ngo 1.21\n`;
const moduleFiles = {
  [`${module}@v1.0.0/go.mod`]: goMod,
  [`${module}@v1.0.0/greeting.go`]:
    'package greeting\n\nfunc Greet(name string) string { return "Hello, " + name + ", from a module" }\n',
};

/** The GOPROXY protocol has four files for each version. */
function goFiles(): Iterable<[string, Buffer]> {
  const at = `/go/${module}/@v`;
  return [
    [`${at}/list`, Buffer.from("v1.0.0\n")],
    [`${at}/v1.0.0.info`, Buffer.from('{"Version":"v1.0.0","Time":"2026-01-01T00:00:00Z"}')],
    [`${at}/v1.0.0.mod`, Buffer.from(goMod)],
    [`${at}/v1.0.0.zip`, zip(moduleFiles)],
  ];
}

/** The h1 hash of go.sum: the hash of a list of the files' names and hashes. */
function goHash(files: Readonly<Record<string, string>>): string {
  const sha256 = (text: string) => createHash("sha256").update(text);
  const lines = Object.entries(files)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, text]) => `${sha256(text).digest("hex")}  ${path}\n`);
  return `h1:${sha256(lines.join("")).digest("base64")}`;
}

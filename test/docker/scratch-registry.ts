import { createHash } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

export interface ScratchRegistry extends AsyncDisposable {
  /** Such as "127.0.0.1:43210". Docker speaks plain HTTP to loopback. */
  readonly address: string;
  /** Makes `base/tiny:1` another image from now on, one that runs this command. */
  move(command: readonly string[]): void;
}

/**
 * An image registry that holds `base/tiny:1` and requires an anonymous token for it, as Docker Hub does. It has nothing
 * else, and refuses `private/…`.
 */
export async function createScratchRegistry(rootFileSystem: Readable): Promise<ScratchRegistry> {
  const layer = await buffer(rootFileSystem);
  const blobs = new Map([[digestOf(layer), layer]]);
  let manifest = imageThatRuns(["/bin/sleep", "600"]);

  function imageThatRuns(command: readonly string[]): Buffer {
    const config = Buffer.from(
      JSON.stringify({
        architecture: process.arch === "arm64" ? "arm64" : "amd64",
        os: "linux",
        config: { Cmd: command },
        rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
        history: [{ created_by: "a test" }],
      }),
    );
    blobs.set(digestOf(config), config);
    return Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: manifestType,
        config: { mediaType: "application/vnd.docker.container.image.v1+json", ...descriptor(config) },
        layers: [{ mediaType: "application/vnd.docker.image.rootfs.diff.tar", ...descriptor(layer) }],
      }),
    );
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://registry");
    const [, name = "", kind = "", wanted = ""] =
      /^\/v2\/(\w+\/\w+)\/(manifests|blobs)\/(.+)$/.exec(url.pathname) ?? [];
    if (url.pathname === "/token") return answer(response, 200, Buffer.from('{"token":"anonymous"}'));
    if (request.headers.authorization !== "Bearer anonymous" || name.startsWith("private/")) {
      const realm = `http://${request.headers.host}/token`;
      response.setHeader(
        "WWW-Authenticate",
        `Bearer realm="${realm}",service="scratch",scope="repository:${name}:pull"`,
      );
      return answer(response, 401, errorOf("UNAUTHORIZED", "authentication required"));
    }
    if (url.pathname === "/v2/") return answer(response, 200, Buffer.from("{}"));
    const known = name === "base/tiny" && (wanted === "1" || wanted === digestOf(manifest));
    if (kind === "manifests" && known) {
      response.setHeader("Docker-Content-Digest", digestOf(manifest));
      return answer(response, 200, manifest, manifestType);
    }
    const blob = kind === "blobs" ? blobs.get(wanted) : undefined;
    if (blob === undefined) return answer(response, 404, errorOf("MANIFEST_UNKNOWN", "manifest unknown"));
    answer(response, 200, blob);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    move(command) {
      manifest = imageThatRuns(command);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const manifestType = "application/vnd.docker.distribution.manifest.v2+json";

function answer(response: ServerResponse, status: number, body: Buffer, type = "application/json"): void {
  response.writeHead(status, { "Content-Type": type, "Content-Length": body.length });
  response.end(body);
}

function errorOf(code: string, message: string): Buffer {
  return Buffer.from(JSON.stringify({ errors: [{ code, message }] }));
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function descriptor(bytes: Buffer): { size: number; digest: string } {
  return { size: bytes.length, digest: digestOf(bytes) };
}

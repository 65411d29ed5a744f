import { mkdtemp, rm } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import {
  connect,
  createServer as createHttp2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { buffer } from "node:stream/consumers";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { describe, expect, onTestFinished, test } from "vitest";
import { openBuildSession } from "../../../server/docker/build/session/build-session.ts";
import { grpcFrame, grpcMessages } from "../../../server/docker/build/session/grpc-messages.ts";
import { createDaemon, type Daemon } from "../../../server/docker/host/daemon.ts";
import { docker28, docker29, type Spoken, speaking } from "../host/stand-in-daemon.ts";

const never = new AbortController().signal;
const session = "/moby.buildkit.v1.Control/Session";

interface StandIn {
  readonly daemon: Daemon;
  /** The paths of the requests by which sessions were opened, and what came with them. */
  readonly opened: { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** BuildKit's end of the session that was opened last. */
  buildkit(): Duplex;
}

/** A daemon that speaks HTTP/1.1 and, unless `grpc` is "none", HTTP/2 on one socket, as Docker 29 does. */
async function standIn(spoken: Spoken, grpc: "served" | "refused" | "silent" | "none"): Promise<StandIn> {
  const folder = await mkdtemp(join(tmpdir(), "baton-daemon-"));
  const opened: StandIn["opened"] = [];
  let last: Duplex | null = null;
  const http = createHttpServer(
    speaking(
      () => spoken,
      (_, response) => void response.writeHead(404).end(),
    ),
  );
  http.on("upgrade", (request, socket) => {
    opened.push({ path: request.url ?? "", headers: request.headers });
    socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
    last = socket;
  });
  const http2 = createHttp2Server();
  http2.on("stream", (stream, headers) => {
    opened.push({ path: headers[":path"] ?? "", headers });
    if (grpc === "silent") return;
    const refusal = { "grpc-status": "12", "grpc-message": "unknown service" };
    stream.respond({ ":status": 200, "content-type": "application/grpc", ...(grpc === "refused" && refusal) });
    if (grpc === "refused") stream.end();
    else last = overMessages(stream);
  });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", (chunk) => {
      socket.pause();
      socket.unshift(chunk);
      const isHttp2 = chunk.toString("latin1").startsWith("PRI * HTTP/2.0") && grpc !== "none";
      (isHttp2 ? http2 : http).emit("connection", socket);
      // HTTP/2 takes what has come from the socket's buffer by itself.
      if (!isHttp2) socket.resume();
    });
  });
  const socketPath = join(folder, "docker.sock");
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });
  return {
    ...{ daemon: createDaemon({ socketPath }), opened },
    buildkit() {
      if (last === null) throw new Error("no session was opened");
      return last;
    },
  };
}

/** The bytes in a stream of `BytesMessage { bytes data = 1 }`, as BuildKit sees them. */
function overMessages(stream: ServerHttp2Stream): Duplex {
  const messagesIn = grpcMessages(1024 * 1024);
  const bytes = new Duplex({
    read() {},
    write(chunk: Buffer, _, done) {
      stream.write(grpcFrame(new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(chunk).finish()), done);
    },
  });
  stream.on("data", (chunk: Buffer) => {
    for (const message of messagesIn(chunk)) {
      const reader = new BinaryReader(message);
      reader.tag();
      bytes.push(reader.bytes());
    }
  });
  stream.on("close", () => bytes.destroy());
  return bytes;
}

/** Asks for a secret as BuildKit does; resolves with the value or the status of gRPC. */
async function askFor(id: string, over: Duplex): Promise<string> {
  const client = connect("http://localhost", { createConnection: () => over });
  onTestFinished(() => client.destroy());
  client.on("error", () => {});
  const stream = client.request({ ":method": "POST", ":path": "/moby.buildkit.secrets.v1.Secrets/GetSecret" });
  let status = "";
  stream.on("response", (headers) => {
    status = String(headers["grpc-status"] ?? "");
  });
  stream.end(grpcFrame(new BinaryWriter().tag(1, WireType.LengthDelimited).string(id).finish()));
  const [message] = grpcMessages(1024 * 1024)(await buffer(stream));
  if (message === undefined) return `status ${status}`;
  const reader = new BinaryReader(message);
  reader.tag();
  return Buffer.from(reader.bytes()).toString();
}

const secrets = { TOKEN: "swordfish ".repeat(30_000) };

describe("the session of a build", () => {
  test.each([
    ["by gRPC on the daemon's socket", docker29, "served", session],
    ["by an upgrade where the daemon is older", docker28, "served", "/v1.51/session"],
    ["by an upgrade where a proxy lets only HTTP/1.1 through", docker29, "none", "/v1.55/session"],
    ["by an upgrade where gRPC is refused", docker29, "refused", "/v1.55/session"],
    ["by an upgrade where gRPC is not answered", docker29, "silent", "/v1.55/session"],
  ] as const)("is opened %s, and serves the build's secrets", async (_, spoken, grpc, path) => {
    const { daemon, opened, buildkit } = await standIn(spoken, grpc);
    using open = await openBuildSession(daemon, secrets, never, 1_000);
    expect(opened.at(-1)).toMatchObject({
      path,
      headers: {
        "x-docker-expose-session-uuid": open.id,
        "x-docker-expose-session-grpc-method": "/moby.buildkit.secrets.v1.Secrets/GetSecret",
      },
    });
    expect(await askFor("TOKEN", buildkit())).toBe(secrets.TOKEN);
  });

  test("has no other secrets", async () => {
    const { daemon, buildkit } = await standIn(docker29, "served");
    using _ = await openBuildSession(daemon, secrets, never);
    expect(await askFor("OTHER", buildkit())).toBe("status 5");
  });

  test("ends with the build", async () => {
    const { daemon, buildkit } = await standIn(docker29, "served");
    const open = await openBuildSession(daemon, secrets, never);
    const ended = new Promise((resolve) => buildkit().once("close", resolve));
    open[Symbol.dispose]();
    await ended;
  });

  test("is given up at once when the build is aborted", async () => {
    const { daemon } = await standIn(docker29, "served");
    const abort = new AbortController();
    const reason = new Error("cancelled");
    abort.abort(reason);
    await expect(openBuildSession(daemon, secrets, abort.signal)).rejects.toBe(reason);
  });
});

test("messages are put together from pieces, and one that is too large is refused", () => {
  const read = grpcMessages(10);
  const bytes = Buffer.concat([
    grpcFrame(Buffer.from("one")),
    grpcFrame(Buffer.from("")),
    grpcFrame(Buffer.from("three")),
  ]);
  const messages = [...bytes].flatMap((byte) => read(Buffer.from([byte])));
  expect(messages.map(String)).toEqual(["one", "", "three"]);
  expect(() => grpcMessages(10)(grpcFrame(Buffer.alloc(11)))).toThrow("11 bytes is larger than the 10 allowed");
});

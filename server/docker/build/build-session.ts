import { randomUUID } from "node:crypto";
import { performServerHandshake, type ServerHttp2Stream } from "node:http2";
import { buffer } from "node:stream/consumers";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { Daemon } from "../host/daemon.ts";

export interface BuildSession extends Disposable {
  /** The id that the build request sends as its `session`. */
  readonly id: string;
}

const grpcStatus = { ok: "0", notFound: "5", unimplemented: "12" };
const getSecret = "/moby.buildkit.secrets.v1.Secrets/GetSecret";
/** grpc.health.v1.HealthCheckResponse { status: SERVING } */
const serving = Buffer.from([0x08, 0x01]);

/**
 * The connection on which BuildKit asks its client for credentials, secrets and files. Baton serves only the secrets of
 * this one build, by id. Without a session BuildKit fails with "no active sessions" on any registry that hands out
 * tokens, Docker Hub among them; when a method is unimplemented, it goes on anonymously. BuildKit checks the session's
 * health every second and hangs up when it does not answer.
 */
export async function openBuildSession(
  daemon: Daemon,
  secrets: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<BuildSession> {
  const id = randomUUID();
  const socket = await daemon.upgrade(
    "/session",
    {
      Upgrade: "h2c",
      "X-Docker-Expose-Session-Uuid": id,
      "X-Docker-Expose-Session-Name": "baton",
      // BuildKit calls only the methods that are named here.
      "X-Docker-Expose-Session-Grpc-Method": getSecret,
    },
    signal,
  );
  // An error of the session shows in the build's outcome.
  socket.on("error", () => {});
  const connection = performServerHandshake(socket);
  connection.on("error", () => {});
  connection.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    if (headers[":path"] === getSecret) {
      answerSecret(stream, secrets).catch(() => stream.close());
      return;
    }
    stream.resume();
    if (headers[":path"] === "/grpc.health.v1.Health/Check") answer(stream, serving);
    else refuse(stream, grpcStatus.unimplemented);
  });

  return {
    id,
    [Symbol.dispose]() {
      connection.destroy();
      socket.destroy();
    },
  };
}

/**
 * Answers `GetSecretRequest { string ID = 1 }` with `GetSecretResponse { bytes data = 1 }`:
 * session/secrets/secrets.proto in moby/buildkit.
 */
async function answerSecret(stream: ServerHttp2Stream, secrets: Readonly<Record<string, string>>): Promise<void> {
  const id = readId((await buffer(stream)).subarray(prefixBytes));
  const value = Object.hasOwn(secrets, id) ? secrets[id] : undefined;
  if (value === undefined) refuse(stream, grpcStatus.notFound);
  else answer(stream, new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(Buffer.from(value)).finish());
}

function readId(request: Uint8Array): string {
  const reader = new BinaryReader(request);
  let id = "";
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1) id = reader.string();
    else reader.skip(type);
  }
  return id;
}

const grpcHeaders = { ":status": 200, "content-type": "application/grpc" };
/** gRPC puts a byte (whether it is compressed) and a length in front of each message. */
const prefixBytes = 5;

function answer(stream: ServerHttp2Stream, message: Uint8Array): void {
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32BE(message.length, 1);
  stream.respond(grpcHeaders, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": grpcStatus.ok }));
  stream.end(Buffer.concat([prefix, message]));
}

function refuse(stream: ServerHttp2Stream, status: string): void {
  stream.respond({ ...grpcHeaders, "grpc-status": status }, { endStream: true });
}

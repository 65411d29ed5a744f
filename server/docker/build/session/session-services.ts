import { performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { Duplex } from "node:stream";
import { buffer } from "node:stream/consumers";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { grpcFrame, grpcMessages } from "./grpc-messages.ts";

const grpcStatus = { ok: "0", notFound: "5", unimplemented: "12" };
const grpcHeaders = { ":status": 200, "content-type": "application/grpc" };
export const getSecret = "/moby.buildkit.secrets.v1.Secrets/GetSecret";
/** grpc.health.v1.HealthCheckResponse { status: SERVING } */
const serving = Buffer.from([0x08, 0x01]);
/** A request names one secret. */
const maxRequestBytes = 64 * 1024;

/** Answers what BuildKit asks on a session's connection: whether the session is alive, and its secrets by id. */
export function serveSession(connection: Duplex, secrets: Readonly<Record<string, string>>): ServerHttp2Session {
  // An error of the session shows in the build's outcome.
  connection.on("error", () => {});
  const session = performServerHandshake(connection);
  session.on("error", () => {});
  session.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    if (headers[":path"] === getSecret) {
      answerSecret(stream, secrets).catch(() => stream.close());
      return;
    }
    stream.resume();
    if (headers[":path"] === "/grpc.health.v1.Health/Check") answer(stream, serving);
    else refuse(stream, grpcStatus.unimplemented);
  });
  return session;
}

/**
 * Answers `GetSecretRequest { string ID = 1 }` with `GetSecretResponse { bytes data = 1 }`:
 * session/secrets/secrets.proto in moby/buildkit.
 */
async function answerSecret(stream: ServerHttp2Stream, secrets: Readonly<Record<string, string>>): Promise<void> {
  const [request = Buffer.alloc(0)] = grpcMessages(maxRequestBytes)(await buffer(stream));
  const id = readId(request);
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

function answer(stream: ServerHttp2Stream, message: Uint8Array): void {
  stream.respond(grpcHeaders, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": grpcStatus.ok }));
  stream.end(grpcFrame(message));
}

function refuse(stream: ServerHttp2Stream, status: string): void {
  stream.respond({ ...grpcHeaders, "grpc-status": status }, { endStream: true });
}

import {
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from "node:http2";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { grpcFrame, grpcMessages } from "./grpc-messages.ts";

const method = "/moby.buildkit.v1.Control/Session";
/** BuildKit sends 32 KiB at a time. */
const maxMessageBytes = 16 * 1024 * 1024;
/** Far below the 4 MiB that a gRPC server accepts as one message. */
const maxWriteBytes = 64 * 1024;

/**
 * Calls BuildKit's `Control/Session` on a connection that speaks HTTP/2 from its first byte: a bidirectional stream of
 * `BytesMessage { bytes data = 1 }` (api/services/control/control.proto in moby/buildkit), on which BuildKit in turn
 * speaks HTTP/2 as a client. Resolves with those bytes once BuildKit has begun to answer. They own the connection.
 */
export function controlSession(socket: Socket, metadata: OutgoingHttpHeaders, signal: AbortSignal): Promise<Duplex> {
  const client = connect("http://localhost", { createConnection: () => socket });
  const stream = client.request(
    {
      ...metadata,
      ":method": "POST",
      ":path": method,
      "content-type": "application/grpc",
      te: "trailers",
    },
    { signal },
  );
  return new Promise<Duplex>((resolve, reject) => {
    const fail = (error: Error) => {
      client.destroy();
      socket.destroy();
      reject(error);
    };
    client.once("error", fail);
    stream.once("error", fail);
    stream.once("close", () => fail(new Error("Docker closed the build session.")));
    stream.once("response", (headers) => {
      const refusal = refusalIn(headers);
      if (refusal !== null) fail(new Error(refusal));
      else resolve(bytesOf(stream, () => client.destroy()));
    });
  });
}

/** Why a call was refused; null when it was not. A refusal has its status among the headers. */
function refusalIn(headers: IncomingHttpHeaders): string | null {
  const { ":status": http, "grpc-status": status, "grpc-message": message } = headers;
  if (Number(http) !== 200) return `Docker answers ${http} to a build session.`;
  if (status === undefined || status === "0") return null;
  return `Docker refuses a build session: ${message ?? `gRPC status ${status}`}.`;
}

function bytesOf(stream: ClientHttp2Stream, close: () => void): Duplex {
  const messagesIn = grpcMessages(maxMessageBytes);
  const bytes = new Duplex({
    read() {
      stream.resume();
    },
    write(chunk: Buffer, _, done) {
      const frames: Buffer[] = [];
      for (let at = 0; at < chunk.length; at += maxWriteBytes) {
        frames.push(grpcFrame(encode(chunk.subarray(at, at + maxWriteBytes))));
      }
      stream.write(Buffer.concat(frames), done);
    },
    final(done) {
      stream.end(done);
    },
    destroy(error, done) {
      stream.close(constants.NGHTTP2_CANCEL);
      close();
      done(error);
    },
  });
  stream.on("data", (chunk: Buffer) => {
    try {
      for (const message of messagesIn(chunk)) if (!bytes.push(decode(message))) stream.pause();
    } catch (error) {
      bytes.destroy(error as Error);
    }
  });
  stream.on("end", () => bytes.push(null));
  stream.on("error", (error) => bytes.destroy(error));
  stream.on("close", () => bytes.destroy());
  return bytes;
}

function encode(data: Uint8Array): Uint8Array {
  return new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(data).finish();
}

function decode(message: Uint8Array): Uint8Array {
  const reader = new BinaryReader(message);
  let data: Uint8Array = new Uint8Array();
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1) data = reader.bytes();
    else reader.skip(type);
  }
  return data;
}

import { randomUUID } from "node:crypto";
import { performServerHandshake, type ServerHttp2Stream } from "node:http2";
import type { Daemon } from "./daemon.ts";

export interface BuildSession extends Disposable {
  /** What the build names as its `session`. */
  readonly id: string;
}

const grpcStatus = { ok: "0", unimplemented: "12" };
/** grpc.health.v1.HealthCheckResponse { status: SERVING }, behind gRPC's prefix: not compressed, 2 bytes long. */
const serving = Buffer.from([0, 0, 0, 0, 2, 0x08, 0x01]);

/**
 * The connection on which BuildKit asks its client for credentials, secrets and files. Baton has none to give, but
 * without a session BuildKit fails with "no active sessions" on any registry that hands out tokens, Docker Hub among
 * them; an unimplemented method makes it go on anonymously. BuildKit asks for its health every second and hangs up
 * on a session that does not answer.
 */
export async function openBuildSession(daemon: Daemon, signal: AbortSignal): Promise<BuildSession> {
  const id = randomUUID();
  const socket = await daemon.upgrade(
    "/session",
    { Upgrade: "h2c", "X-Docker-Expose-Session-Uuid": id, "X-Docker-Expose-Session-Name": "baton" },
    signal,
  );
  // What becomes of the session shows in the build.
  socket.on("error", () => {});
  const connection = performServerHandshake(socket);
  connection.on("error", () => {});
  connection.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    stream.resume();
    if (headers[":path"] === "/grpc.health.v1.Health/Check") answerServing(stream);
    else stream.respond({ ...grpcHeaders, "grpc-status": grpcStatus.unimplemented }, { endStream: true });
  });

  return {
    id,
    [Symbol.dispose]() {
      connection.destroy();
      socket.destroy();
    },
  };
}

const grpcHeaders = { ":status": 200, "content-type": "application/grpc" };

function answerServing(stream: ServerHttp2Stream): void {
  stream.respond(grpcHeaders, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": grpcStatus.ok }));
  stream.end(serving);
}

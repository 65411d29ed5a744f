import { randomUUID } from "node:crypto";
import type { Duplex } from "node:stream";
import type { Daemon } from "../../host/daemon.ts";
import { controlSession } from "./control-session.ts";
import { getSecret, serveSession } from "./session-services.ts";

export interface BuildSession extends Disposable {
  /** The id that the build request sends as its `session`. */
  readonly id: string;
}

/**
 * The version of the API since which the daemon serves gRPC on its own socket (moby/moby#50744, Docker 29.2), and
 * `POST /session` is deprecated.
 */
const servesGrpcSince = "1.53";
/** BuildKit begins to answer within milliseconds. */
const standardAnswerLimitMs = 10_000;

/**
 * Opens the connection on which BuildKit asks its client for credentials, secrets and files. Baton serves only the
 * secrets of this one build, by id. Without a session BuildKit fails with "no active sessions" on any registry that
 * hands out tokens, Docker Hub among them; when a method is unimplemented, it goes on anonymously. BuildKit checks the
 * session's health every second and hangs up when it does not answer.
 */
export async function openBuildSession(
  daemon: Daemon,
  secrets: Readonly<Record<string, string>>,
  signal: AbortSignal,
  answerLimitMs = standardAnswerLimitMs,
): Promise<BuildSession> {
  const id = randomUUID();
  const connection = await connect(daemon, id, signal, answerLimitMs);
  const session = serveSession(connection, secrets);
  return {
    id,
    [Symbol.dispose]() {
      session.destroy();
      connection.destroy();
    },
  };
}

async function connect(daemon: Daemon, id: string, signal: AbortSignal, answerLimitMs: number): Promise<Duplex> {
  const metadata = {
    "x-docker-expose-session-uuid": id,
    "x-docker-expose-session-name": "baton",
    // BuildKit calls only the methods that are named here.
    "x-docker-expose-session-grpc-method": getSecret,
  };
  if ((await daemon.agreed(signal)).has(servesGrpcSince)) {
    const socket = await daemon.dial(signal);
    const late = setTimeout(() => socket.destroy(), answerLimitMs);
    try {
      return await controlSession(socket, metadata, signal);
    } catch {
      // A proxy between Baton and the daemon may know HTTP/1.1 only, or wait for more.
      signal.throwIfAborted();
    } finally {
      clearTimeout(late);
    }
  }
  return daemon.upgrade({ path: "/session", headers: { Upgrade: "h2c", ...metadata } }, signal);
}

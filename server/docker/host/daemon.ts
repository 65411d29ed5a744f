import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { link } from "../../async/linked-abort.ts";
import { EngineRefused, EngineUnavailable } from "../../ports/engine.ts";

/** Inspecting, listing, creating: a daemon that takes longer hangs. */
const deadlineMs = 30_000;

export interface DaemonRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Without a query: `/containers/json`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | null>>;
  readonly body?: object;
  /** Sent as the body, then destroyed, whatever comes of the request. */
  readonly file?: Readable;
}

/**
 * The wire to the daemon. Every call rejects with the signal's reason when aborted, with EngineUnavailable when no
 * daemon answers, and with Refusal when it answers that it won't.
 */
export interface Daemon {
  /** One short exchange; JSON in, JSON out. */
  ask<T>(request: DaemonRequest, signal: AbortSignal, limitMs?: number): Promise<T>;
  /**
   * An answer that goes on for as long as it likes: resolves with its bytes once the daemon begins to answer. The
   * bytes must be read; leaving the loop early, like aborting, closes the connection.
   */
  open(request: DaemonRequest, signal: AbortSignal): Promise<AsyncIterable<Buffer>>;
  /** Turns a request into a two-way connection. */
  upgrade(path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Socket>;
}

/** The daemon answered that it won't; the message is its own. */
export class Refusal extends EngineRefused {
  override readonly name = "Refusal";
  readonly status: number;
  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** Null when the daemon says that there is no such thing. */
export async function ifThere<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return null;
    throw error;
  }
}

export function createDaemon(docker: Docker): Daemon {
  return {
    async ask<T>(request: DaemonRequest, signal: AbortSignal, limitMs = deadlineMs): Promise<T> {
      using abort = link(signal);
      const late = new EngineUnavailable(`Docker did not respond within ${Math.round(limitMs / 1000)} s.`);
      const timer = setTimeout(() => abort.now(late), limitMs);
      try {
        const exchange = begin(docker, request, abort.signal).then(text);
        const answer = await Promise.race([exchange, abort.rejection]);
        return answer === "" ? (undefined as T) : JSON.parse(answer);
      } catch (error) {
        throw abort.signal.aborted ? abort.signal.reason : translate(error);
      } finally {
        clearTimeout(timer);
      }
    },

    async open(request, signal) {
      const abort = link(signal);
      request.file?.on("error", abort.now);
      const close = () => {
        abort.now(new Error("The connection is no longer needed."));
        abort[Symbol.dispose]();
        request.file?.destroy();
      };
      try {
        const answer = await Promise.race([begin(docker, request, abort.signal), abort.rejection]);
        return read(answer, abort.signal, close);
      } catch (error) {
        const failure = abort.signal.aborted ? abort.signal.reason : translate(error);
        close();
        throw failure;
      }
    },

    async upgrade(path, headers, signal) {
      signal.throwIfAborted();
      try {
        const options = { path, method: "POST", headers, hijack: true, statusCodes: {}, abortSignal: signal };
        return (await dial(docker, options)) as Socket;
      } catch (error) {
        throw signal.aborted ? signal.reason : translate(error);
      }
    },
  };
}

async function* read(answer: IncomingMessage, signal: AbortSignal, close: () => void): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of answer) yield chunk;
  } catch (error) {
    throw signal.aborted ? signal.reason : unavailable("The connection to Docker was lost.", error);
  } finally {
    close();
  }
}

/** Resolves when the daemon begins to answer, with what it is about to say. */
async function begin(docker: Docker, request: DaemonRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const query = Object.entries(request.query ?? {}).filter(([, value]) => value !== null);
  const answer = await dial(docker, {
    // docker-modem appends the query only behind a question mark.
    path: `${request.path}?`,
    method: request.method,
    // Both are given, because docker-modem sends what stands for the one as the other when it is missing: an
    // environment full of secrets must not end up in a URL.
    options: { _query: Object.fromEntries(query), _body: request.body ?? {} },
    // Always, because docker-modem never calls back when an answer that it reads itself breaks off.
    isStream: true,
    statusCodes: { 200: true, 201: true, 204: true, 304: true },
    abortSignal: signal,
    ...(request.file && { file: request.file }),
  });
  return answer as IncomingMessage;
}

function dial(docker: Docker, options: Parameters<Docker["modem"]["dial"]>[0]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    docker.modem.dial(options, (error: Error | null, answer: unknown) => (error ? reject(error) : resolve(answer)));
  });
}

function translate(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const status = "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : null;
  if (status !== null) return new Refusal(status, wordsOf(error.message), { cause: error });
  // What is left has a code of the system's: refused, reset, no such file, not permitted, out of descriptors …
  return "code" in error ? unavailable(`Docker cannot be reached: ${error.message}.`, error) : error;
}

/** docker-modem wraps the daemon's words: `(HTTP code 404) no such container - No such container: x `. */
function wordsOf(message: string): string {
  return /^\(HTTP code \d+\) [^-]*- (.*)$/s.exec(message)?.[1]?.trim() ?? message;
}

function unavailable(message: string, cause: unknown): EngineUnavailable {
  return new EngineUnavailable(message, { cause });
}

import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { link } from "../../async/linked-abort.ts";
import { EngineRefused, EngineUnavailable } from "../../ports/engine/engine.ts";

/** For inspecting, listing and creating: a daemon that takes longer hangs. */
const deadlineMs = 30_000;

export interface DaemonRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** The path without its query, such as `/containers/json`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | null>>;
  readonly body?: object;
  /** The body to send; it is destroyed afterwards, whatever the outcome. */
  readonly file?: Readable;
}

/**
 * The connection to the daemon. Every call rejects with the signal's reason when aborted, with EngineUnavailable when
 * no daemon answers, and with Refusal when the daemon refuses.
 */
export interface Daemon {
  /** Makes one short exchange; JSON in, JSON out. */
  ask<T>(request: DaemonRequest, signal: AbortSignal, limitMs?: number): Promise<T>;
  /**
   * Makes a request whose answer may take any time: resolves with its bytes once the daemon begins to answer. The bytes
   * must be read; leaving the loop early closes the connection, as aborting does.
   */
  open(request: DaemonRequest, signal: AbortSignal): Promise<AsyncIterable<Buffer>>;
  /** Turns a request into a two-way connection. */
  upgrade(path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Socket>;
}

/** The daemon refused; the message is its own. */
export class Refusal extends EngineRefused {
  override readonly name = "Refusal";
  readonly status: number;
  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** Resolves with null when the daemon reports that there is no such object. */
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

/** Resolves with the answer's stream when the daemon begins to answer. */
async function begin(docker: Docker, request: DaemonRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const query = Object.entries(request.query ?? {}).filter(([, value]) => value !== null);
  const answer = await dial(docker, {
    // docker-modem appends the query only after a question mark.
    path: `${request.path}?`,
    method: request.method,
    // Both are set, because docker-modem sends one in place of the other when it is missing, and an environment full of
    // secrets must not end up in a URL.
    options: { _query: Object.fromEntries(query), _body: request.body ?? {} },
    // Always set, because docker-modem never calls back when an answer that it reads itself breaks off.
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
  // The rest are system errors with a code: connection refused or reset, no such file, not permitted, out of
  // descriptors.
  return "code" in error ? unavailable(`Docker cannot be reached: ${error.message}.`, error) : error;
}

/** docker-modem wraps the daemon's message: `(HTTP code 404) no such container - No such container: x `. */
function wordsOf(message: string): string {
  return /^\(HTTP code \d+\) [^-]*- (.*)$/s.exec(message)?.[1]?.trim() ?? message;
}

function unavailable(message: string, cause: unknown): EngineUnavailable {
  return new EngineUnavailable(message, { cause });
}

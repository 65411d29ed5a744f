import { type ClientRequest, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import { connect, type Socket } from "node:net";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { Refusal } from "../../ports/engine/daemon-api.ts";
import type { DaemonAddress } from "../connection.ts";

/** One request as it goes over the wire. */
export interface Exchange {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** With the API's version and the query. */
  readonly path: string;
  readonly body?: object | undefined;
  /** A tar stream, sent instead of a body. */
  readonly file?: Readable | undefined;
}

/**
 * Resolves when the daemon begins to answer. Rejects with Refusal, and with Node's error when there is no answer. A
 * connection is used once: a restarted daemon resets idle ones, and a new one costs nothing on a Unix socket.
 */
export function exchange(address: DaemonAddress, call: Exchange, signal: AbortSignal): Promise<IncomingMessage> {
  const body = call.body === undefined ? null : JSON.stringify(call.body);
  const headers = {
    ...(call.file && { "Content-Type": "application/x-tar" }),
    ...(body !== null && { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) }),
  };
  const request = httpRequest({ ...address, method: call.method, path: call.path, headers, agent: false, signal });
  const answer = answerTo(request);
  if (call.file) call.file.pipe(request);
  else request.end(body);
  return answer;
}

/** The POST that asks for a two-way connection. */
export interface UpgradeRequest {
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: object;
}

/** Turns a POST into a two-way connection. Rejects like `exchange`. */
export function upgrade(
  address: DaemonAddress,
  { path, headers, body }: UpgradeRequest,
  signal: AbortSignal,
): Promise<Socket> {
  const json = body === undefined ? null : JSON.stringify(body);
  const ofBody = json !== null && { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(json) };
  const upgrading = { Connection: "Upgrade", ...headers, ...ofBody };
  const request = httpRequest({ ...address, method: "POST", path, headers: upgrading, agent: false, signal });
  const upgraded = new Promise<Socket>((resolve, reject) => {
    request.once("upgrade", (_, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      resolve(socket as Socket);
    });
    answerTo(request).then((answer) => {
      answer.destroy();
      reject(new Refusal(answer.statusCode ?? 0, `Docker does not upgrade the connection of ${path}.`));
    }, reject);
  });
  request.end(json);
  return upgraded;
}

/** A connection on which nothing has been said yet. */
export function dial(address: DaemonAddress, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect("socketPath" in address ? { path: address.socketPath } : address);
    const giveUp = () => socket.destroy(signal.reason);
    signal.addEventListener("abort", giveUp, { once: true });
    socket.once("connect", () => {
      signal.removeEventListener("abort", giveUp);
      socket.off("error", reject);
      resolve(socket);
    });
    socket.once("error", reject);
  });
}

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // The listener stays: a daemon that refuses early resets the connection on which a file is still being sent.
    request.on("error", reject);
    request.once("response", (answer) => {
      const status = answer.statusCode ?? 0;
      if (status < 300 || status === 304) resolve(answer);
      else text(answer).then((words) => reject(new Refusal(status, messageIn(words))), reject);
    });
  });
}

/** The daemon answers `{"message": "…"}`; a route that it does not know, or a proxy, answers plain text. */
function messageIn(words: string): string {
  try {
    const { message } = JSON.parse(words);
    if (typeof message === "string") return message.trim();
  } catch {
    // It is the message itself.
  }
  return words.trim();
}

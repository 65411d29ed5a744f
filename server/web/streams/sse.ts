import { link } from "../../async/linked-abort.ts";
import type { Clock } from "../../ports/clock.ts";
import type { WebAdapters } from "../adapters.ts";
import type { WebContext } from "../http/web-context.ts";
import { answerWithStream } from "./stream-answer.ts";

export interface SseMessage {
  readonly id?: string;
  /** htmx swaps unnamed messages into the page, and only dispatches named ones. */
  readonly event?: string;
  readonly data: string;
}

export interface SseWriter {
  /**
   * Resolves when the reader has room for more. Rejects if it has disconnected or stalled, or if the server is closing.
   */
  send(message: SseMessage): Promise<void>;
  /** Sends a comment, which keeps proxies from timing out and detects a disconnected reader. */
  heartbeat(): Promise<void>;
  /** Aborts when the stream is over, for whatever reason. */
  readonly signal: AbortSignal;
}

export const heartbeatMs = 15_000;
/** A reader that makes no room for this long is dropped. */
const stalledAfterMs = 15_000;

const headers = {
  "Content-Type": "text/event-stream; charset=utf-8",
  "Cache-Control": "no-store",
  "X-Accel-Buffering": "no",
};

/** Answers with an event stream that `produce` writes. The stream ends when `produce` returns. */
export function answerWithEvents(
  c: WebContext,
  needs: Pick<WebAdapters, "clock" | "log" | "closing">,
  produce: (writer: SseWriter) => Promise<void>,
): Response {
  return answerWithStream(c, needs, { headers, what: "an event stream" }, async (pipe, { signal, end }) => {
    const write = async (text: string) => {
      signal.throwIfAborted();
      pipe.write(text);
      const room = pipe.room();
      if (room && (await outlasts(room, stalledAfterMs, needs.clock, signal))) {
        end(new Error("the reader of an event stream has stalled"));
        // A clean end would wait for the reader to take the rest, which it does not.
        c.env?.outgoing?.destroy();
      }
      signal.throwIfAborted();
    };
    await write("retry: 2000\n\n");
    await produce({ signal, send: (message) => write(encode(message)), heartbeat: () => write(": still here\n\n") });
  });
}

/** Whether the promise took longer than the limit. False if the signal aborted first. */
async function outlasts(
  something: Promise<void>,
  limitMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  using waiting = link(signal);
  const limit = clock.sleep(limitMs, waiting.signal).then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([something.then(() => false), limit]);
  } finally {
    waiting.now(new Error("the wait is over"));
  }
}

export function encode(message: SseMessage): string {
  const lines = [
    ...(message.id === undefined ? [] : [`id: ${message.id}`]),
    ...(message.event === undefined ? [] : [`event: ${message.event}`]),
    ...message.data.split(/\r\n|\r|\n/).map((line) => `data: ${line}`),
  ];
  return `${lines.join("\n")}\n\n`;
}

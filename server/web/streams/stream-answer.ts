import type { WebAdapters } from "../adapters.ts";
import type { WebContext } from "../http/web-context.ts";
import { type BytePipe, createBytePipe } from "./byte-pipe.ts";
import { beginStream, type StreamLife } from "./stream-life.ts";

/** The most that is ever buffered for a reader. */
const bufferBytes = 64 * 1024;

/**
 * Answers with what `produce` writes into the pipe. The answer ends when `produce` returns, or when its StreamLife
 * ends.
 */
export function answerWithStream(
  c: WebContext,
  needs: Pick<WebAdapters, "log" | "closing">,
  stream: { readonly headers: Readonly<Record<string, string>>; readonly what: "an event stream" | "a text stream" },
  produce: (pipe: BytePipe, life: StreamLife) => Promise<void>,
): Response {
  // Nobody would read the answer, and nobody would end it.
  if (c.req.method === "HEAD") return c.body(null, 200, stream.headers);
  const life = beginStream(c, needs.closing);
  const pipe = createBytePipe(bufferBytes, life.end);

  const run = async () => {
    try {
      await produce(pipe, life);
    } catch (error) {
      if (!life.signal.aborted) needs.log.warn({ err: error, path: c.req.path }, `${stream.what} ended unexpectedly`);
    } finally {
      life.end();
      pipe.end();
    }
  };
  void run();

  return c.body(pipe.readable, 200, stream.headers);
}

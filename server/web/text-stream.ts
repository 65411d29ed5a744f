import { createBytePipe } from "./byte-pipe.ts";
import type { WebContext, WebNeeds } from "./needs.ts";
import { beginStream } from "./stream-life.ts";

const bufferBytes = 64 * 1024;

/** Answers with text that `produce` writes bit by bit, no faster than it is read. */
export function answerWithText(
  c: WebContext,
  needs: Pick<WebNeeds, "log" | "closing">,
  produce: (write: (text: string) => Promise<void>, signal: AbortSignal) => Promise<void>,
  contentType = "text/plain; charset=utf-8",
): Response {
  const headers = { "Content-Type": contentType };
  // Nobody would read it, and nobody would end it.
  if (c.req.method === "HEAD") return c.body(null, 200, headers);
  const { signal, end } = beginStream(c, needs.closing);
  const pipe = createBytePipe(bufferBytes, end);
  const gone = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

  const run = async () => {
    try {
      await produce(async (text) => {
        pipe.write(text);
        await Promise.race([pipe.room(), gone]);
        signal.throwIfAborted();
      }, signal);
    } catch (error) {
      if (!signal.aborted) needs.log.warn({ err: error, path: c.req.path }, "a text stream broke off");
    } finally {
      end();
      pipe.end();
    }
  };
  void run();

  return c.body(pipe.readable, 200, headers);
}

import type { WebAdapters } from "../adapters.ts";
import type { WebContext } from "../http/web-context.ts";
import { answerWithStream } from "./stream-answer.ts";

/** Answers with text that `produce` writes piece by piece, no faster than it is read. */
export function answerWithText(
  c: WebContext,
  needs: Pick<WebAdapters, "log" | "closing">,
  produce: (write: (text: string) => Promise<void>, signal: AbortSignal) => Promise<void>,
  contentType = "text/plain; charset=utf-8",
): Response {
  const stream = { headers: { "Content-Type": contentType }, what: "a text stream" } as const;
  return answerWithStream(c, needs, stream, async (pipe, { signal }) => {
    const gone = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    const write = async (text: string) => {
      pipe.write(text);
      await Promise.race([pipe.room(), gone]);
      signal.throwIfAborted();
    };
    await produce(write, signal);
  });
}

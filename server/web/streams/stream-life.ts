import { link } from "../../async/linked-abort.ts";
import type { WebContext } from "../http/web-context.ts";

/** How long an answer that is streamed goes on: until it is ended, its reader has gone or signed out, or the server closes. */
export interface StreamLife {
  readonly signal: AbortSignal;
  /** Ends it, and leaves nothing behind on the server's own signal. To be called in the end, whatever that was. */
  end(reason?: Error): void;
}

export function beginStream(c: WebContext, closing: AbortSignal | undefined): StreamLife {
  const over = new AbortController();
  if (closing?.aborted) over.abort(closing.reason);
  const server = closing && !closing.aborted ? link(closing) : null;
  const forget = c.get("visitor")?.streams.add((reason) => over.abort(reason));
  return {
    signal: AbortSignal.any([over.signal, c.req.raw.signal, ...(server ? [server.signal] : [])]),
    end(reason) {
      over.abort(reason);
      forget?.();
      server?.[Symbol.dispose]();
    },
  };
}

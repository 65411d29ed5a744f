import { link } from "../../async/linked-abort.ts";
import type { WebContext } from "../http/web-context.ts";

/** The lifetime of a streamed answer: until it is ended, its reader disconnects or signs out, or the server closes. */
export interface StreamLife {
  readonly signal: AbortSignal;
  /** Ends it, and removes its listener from the server's signal. Must be called in every case. */
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

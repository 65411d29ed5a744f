import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context, MiddlewareHandler } from "hono";
import type { Identity } from "../../ports/store/store.ts";
import type { StreamEnded } from "../streams/open-streams.ts";

/** Who is asking, and by which credential. */
export interface Visitor {
  readonly identity: Identity;
  readonly via: "bearer" | "session";
  /** What an unsafe request of this session must carry; null for bearer tokens, which a browser never sends by itself. */
  readonly csrf: string | null;
  /** The answers that are streamed to them; `add` as in OpenStreams. */
  readonly streams: { add(end: (reason: StreamEnded) => void): () => void };
}

export interface WebEnv {
  Variables: {
    /** Set on endpoints for members. */
    visitor: Visitor | undefined;
    /** New for each answer; marks the scripts that the page itself loads. */
    nonce: string;
    /** What the audit log says besides; see audit.ts. */
    auditDetail: string | undefined;
  };
  /** Node's own request and answer; absent, all of it, where a test calls the app without a socket. */
  Bindings: { readonly incoming?: IncomingMessage; readonly outgoing?: ServerResponse };
}

export type WebContext = Context<WebEnv>;
export type WebMiddleware = MiddlewareHandler<WebEnv>;

/** The one who is signed in, on a route that only members reach. */
export function visitorOf(c: WebContext): Visitor {
  const visitor = c.get("visitor");
  if (!visitor)
    throw new Error(`${c.req.method} ${c.req.path} is reached without a visitor: it is not declared for members`);
  return visitor;
}

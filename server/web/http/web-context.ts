import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context, MiddlewareHandler } from "hono";
import type { Principal } from "../../model/access/principal.ts";
import type { StreamEnded } from "../streams/open-streams.ts";

/** The user who makes a request, and the credential that they used. */
export interface Visitor {
  readonly identity: Principal;
  readonly via: "bearer" | "session";
  /**
   * The CSRF token that unsafe requests of this session must carry; null for bearer tokens, which a browser never sends
   * automatically.
   */
  readonly csrf: string | null;
  /** The visitor's streamed answers; `add` works as in OpenStreams. */
  readonly streams: { add(end: (reason: StreamEnded) => void, isOpen?: () => Promise<boolean>): () => void };
}

export interface WebEnv {
  Variables: {
    /** Set on endpoints for members. */
    visitor: Visitor | undefined;
    /** New for each answer. It marks the scripts that the page itself loads. */
    nonce: string;
    /** Details for the audit log; see audit.ts. */
    auditDetail: string | undefined;
    auditSubject: string | undefined;
    auditProduct: { readonly product: string; readonly name: string; readonly deploymentId: null } | undefined;
  };
  /** Node's own request and response. Both are absent if a test calls the app without a socket. */
  Bindings: { readonly incoming?: IncomingMessage; readonly outgoing?: ServerResponse };
}

export type WebContext = Context<WebEnv>;
export type WebMiddleware = MiddlewareHandler<WebEnv>;

/** The signed-in user, on a route that only members can reach. */
export function visitorOf(c: WebContext): Visitor {
  const visitor = c.get("visitor");
  if (!visitor)
    throw new Error(`${c.req.method} ${c.req.path} was reached without a visitor: it is not declared for members`);
  return visitor;
}

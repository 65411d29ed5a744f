import { Hono } from "hono";
import type { RouterRoute } from "hono/types";
import type { Permission } from "../../model/access/permission.ts";
import { type Endpoint, openApiPath } from "../../route.ts";
import { permissionRules } from "../../rules/access/permissions.ts";
import type { Auth } from "../access/auth.ts";
import type { OpenStreams } from "../streams/open-streams.ts";
import type { Audit } from "./audit.ts";
import { limitBody } from "./body-limit.ts";
import { acceptEmptyBody } from "./empty-body.ts";
import type { WebContext, WebEnv, WebMiddleware } from "./web-context.ts";

/** Wraps handlers in the rules that their endpoints declare: body limits, access, the audit log. */
export interface Endpoints {
  /** A router for pages and their streams and forms. */
  router(): Router;
  /** The part of an OpenAPI route that comes from its declaration, including who may use it. */
  api(endpoint: Endpoint): ApiEndpoint;
}

export interface Router {
  on(endpoint: Endpoint, handler: (c: WebContext) => Response | Promise<Response>): Router;
  readonly app: Hono<WebEnv>;
}

interface ApiEndpoint {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  readonly path: string;
  readonly middleware: WebMiddleware[];
  readonly security: { token: string[] }[];
}

/** Actions that may end sessions and tokens, or change what their owners may do. */
const credentialRights: readonly (Permission | null)[] = [null, "account", "tokens", "people", "administer"];

export function createEndpoints({
  auth,
  audit,
  openStreams,
}: {
  readonly auth: Auth;
  readonly audit: Audit;
  readonly openStreams: OpenStreams;
}): Endpoints {
  return {
    router() {
      const app = new Hono<WebEnv>();
      const router: Router = {
        app,
        on(endpoint, handler) {
          app.on(endpoint.method, [endpoint.path], ...before(endpoint), handler);
          return router;
        },
      };
      return router;
    },

    api: (endpoint) => ({
      method: endpoint.method.toLowerCase() as ApiEndpoint["method"],
      path: openApiPath(endpoint),
      middleware: before(endpoint),
      security: endpoint.permission === null ? [] : [{ token: [] }],
    }),
  };

  function before(endpoint: Endpoint): WebMiddleware[] {
    const { body, answer } = endpoint;
    return [
      // The limit comes first, because the guard reads the body to find the form's token.
      ...(body ? [limitBody(body)] : []),
      Object.assign(auth.guard(endpoint), { endpoint }),
      ...(body && answer === "json" ? [acceptEmptyBody] : []),
      ...(endpoint.action === null ? [] : [audit.recorder(endpoint, endpoint.action)]),
      ...(endpoint.action !== null && credentialRights.includes(endpoint.permission) ? [endStreams] : []),
    ];
  }

  /** Streams whose credential the request has ended are over before it is answered. */
  async function endStreams(_: WebContext, next: () => Promise<void>): Promise<void> {
    await next();
    await openStreams.recheck();
  }
}

/**
 * Denies by default, before the first request: a route without a declaration would have no guards, so it fails the
 * start. So does one that asks for a right to a product but names none. Git's own requests are guarded in their
 * handler.
 */
export function requireDeclarations(all: readonly RouterRoute[], isGuardedElsewhere: (path: string) => boolean): void {
  const open = all.filter((route) => route.method !== "ALL" && !isGuardedElsewhere(route.path));
  const declared = new Set(
    open.flatMap(({ handler }) => ("endpoint" in handler ? nameOf(handler.endpoint as Endpoint) : [])),
  );
  const missing = open.map(nameOf).filter((name) => !declared.has(name));
  if (missing.length > 0) throw new Error(`these routes are not declared: ${[...new Set(missing)].join(", ")}`);
  const aimless = open.flatMap(({ handler }) => {
    const endpoint = "endpoint" in handler ? (handler.endpoint as Endpoint) : null;
    return endpoint && !isAimed(endpoint) ? [nameOf(endpoint)] : [];
  });
  if (aimless.length > 0) throw new Error(`these routes ask for a right to no product: ${aimless.join(", ")}`);
}

/** Whether it is known which product a right is asked for. */
function isAimed({ permission, subject, asked }: Endpoint): boolean {
  if (permission === null || permissionRules[permission].about !== "product") return true;
  return subject !== null || asked === "handler";
}

function nameOf({ method, path }: Pick<Endpoint, "method" | "path"> | RouterRoute): string {
  return `${method} ${path}`;
}

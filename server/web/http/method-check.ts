import type { Hono } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import type { ErrorAnswers } from "./errors.ts";
import { Problem } from "./problem.ts";
import type { WebEnv, WebMiddleware } from "./web-context.ts";

/**
 * Answers 405 with the allowed methods if a known path is requested with another method, and answers OPTIONS with the
 * same list.
 */
export function createMethodCheck(app: Hono<WebEnv>, answer: ErrorAnswers["answer"]): WebMiddleware {
  return methodNotAllowed({
    app,
    onMethodNotAllowed(c, methods) {
      const headers = { Allow: [...methods, "OPTIONS"].join(", ") };
      if (c.req.method === "OPTIONS") return c.body(null, 204, headers);
      return answer(
        c,
        new Problem(405, "method_not_allowed", `this address accepts ${methods.join(", ")}`, { headers }),
      );
    },
  }) as WebMiddleware;
}

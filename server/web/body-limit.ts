import { bodyLimit } from "hono/body-limit";
import { routes } from "../routes.ts";
import type { WebMiddleware } from "./needs.ts";
import { Problem } from "./problem.ts";

const usualBytes = 64 * 1024;
/** Certificates and keys are variables too. */
const variablesBytes = 1024 * 1024;

/** Refuses large bodies before they are read. Pushes and webhooks have limits of their own, where they are read. */
export function createBodyLimit(): WebMiddleware {
  const limit = (maxSize: number): WebMiddleware =>
    bodyLimit({
      maxSize,
      onError() {
        throw new Problem(413, "too_large", `the body is larger than ${maxSize / 1024} KiB`);
      },
    });
  const [usual, variables] = [limit(usualBytes), limit(variablesBytes)];
  const variablePaths = [
    routes.api.installationVariables("\\d+"),
    routes.api.productVariables("[^/]+"),
    routes.productVariables("[^/]+"),
  ];
  const isVariables = new RegExp(`^(?:${variablePaths.join("|")})$`);

  return (c, next) => {
    if (c.req.path.startsWith("/git/") || c.req.path.startsWith("/webhooks/")) return next();
    return (isVariables.test(c.req.path) ? variables : usual)(c, next);
  };
}

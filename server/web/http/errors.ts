import { randomBytes } from "node:crypto";
import type { ErrorHandler, NotFoundHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { EngineUnavailable } from "../../ports/engine/engine.ts";
import { ProxyUnavailable } from "../../ports/proxy.ts";
import { StoreUnavailable } from "../../ports/store/store.ts";
import type { WebAdapters } from "../adapters.ts";
import { speaksGit, whereToPush } from "../git/speaks-git.ts";
import { errorFormat } from "./error-format.ts";
import { Problem } from "./problem.ts";
import type { WebContext, WebEnv } from "./web-context.ts";

type ProblemPage = (c: WebContext, problem: Problem) => Response | Promise<Response>;

export interface ErrorAnswers {
  readonly onError: ErrorHandler<WebEnv>;
  readonly onNotFound: NotFoundHandler<WebEnv>;
  answer(c: WebContext, problem: Problem): Response | Promise<Response>;
}

/**
 * The only place where an exception becomes an answer: JSON for scripts, text for git, a page for people. Internal
 * details are never included.
 */
export function createErrorAnswers(needs: Pick<WebAdapters, "log" | "publicUrl">, page: ProblemPage): ErrorAnswers {
  const answer = (c: WebContext, problem: Problem) => {
    for (const [name, value] of Object.entries(problem.headers)) c.header(name, value);
    // Redirects are also thrown: "sign in first" has a target.
    if ("Location" in problem.headers) return c.body(null, 303);
    if (speaksGit(c.req.path)) return c.text(`${problem.message}\n`, problem.status);
    if (errorFormat(c.req.path) === "page") return page(c, problem);
    return c.json({ error: { code: problem.code, message: problem.message } }, problem.status);
  };

  return {
    answer,
    onNotFound: (c) => {
      const message = whereToPush(c.req.path, needs.publicUrl) ?? "there is nothing at this address";
      return answer(c, new Problem(404, "not_found", message));
    },
    onError: (error, c) => answer(c, known(error) ?? unexpected(error, c)),
  };

  function unexpected(error: Error, c: WebContext): Problem {
    const reference = randomBytes(4).toString("hex");
    needs.log.error({ err: error, reference, method: c.req.method, path: c.req.path }, "a request failed unexpectedly");
    return new Problem(500, "internal", `something went wrong; look for ${reference} in the server's log`, {
      cause: error,
    });
  }
}

function known(error: Error): Problem | null {
  if (error instanceof Problem) return error;
  if (error instanceof StoreUnavailable) {
    return new Problem(503, "database_unavailable", "the database is not responding; running apps are not affected", {
      cause: error,
    });
  }
  if (error instanceof EngineUnavailable) {
    return new Problem(503, "docker_unavailable", "Docker is not responding", { cause: error });
  }
  if (error instanceof ProxyUnavailable) {
    return new Problem(503, "caddy_unavailable", "Caddy is not responding", { cause: error });
  }
  if (error instanceof HTTPException) {
    const text = error.status === 415 ? "send the body as application/json" : "the body is not valid JSON";
    return new Problem(error.status, "invalid", text, { cause: error });
  }
  return null;
}

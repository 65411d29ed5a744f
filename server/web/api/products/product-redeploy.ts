import { createRoute } from "@hono/zod-openapi";
import { routes } from "../../../routes.ts";
import { byText } from "../../../rules/access/by-text.ts";
import { notFound, problemOf } from "../../http/problem.ts";
import { visitorOf } from "../../http/web-context.ts";
import { answerWithProgress } from "../../streams/redeploy-progress.ts";
import { answerWhenOver } from "../deployments/redeploy-answer.ts";
import { type ApiNeeds, conflictAnswer, createApi, errorAnswers, jsonBody } from "../route-parts.ts";
import {
  productRedeployParam,
  productRedeployRequestSchema,
  productRedeploySchema,
  sessionParam,
} from "../schemas/product-redeploy.ts";

// Not typed as "application/json", because handlers would then have to answer with c.json() and could not stream.
const streamedJson: string = "application/json";

/** The redeploy of a whole product: one call that answers when it is over, and a stream of its progress. */
export function createProductRedeployApi(needs: ApiNeeds) {
  const { endpoints, catalog, commands } = needs;
  const api = createApi();

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.productRedeploy.post),
      tags: ["Product deployments"],
      summary: "Redeploy all stacks of the product in the same version",
      description:
        "Third-party images are pulled again, stateful services are replaced too, and the current variables are used. Starts a stopped product. The response arrives when the redeploy is over, after white space that keeps the connection alive; a client that disconnects does not stop it. 200 even if it ran and failed; 409 if no version was ever ready.",
      request: { params: productRedeployParam, body: jsonBody(productRedeployRequestSchema, false) },
      responses: {
        200: { description: "The result", content: { [streamedJson]: { schema: productRedeploySchema } } },
        ...errorAnswers,
        ...conflictAnswer,
      },
    }),
    async (c) => {
      const { environmentId, productDeploymentId } = c.req.valid("param");
      const { installation, product, environment } = await catalog.place(productDeploymentId);
      if (environment.id !== environmentId) {
        throw notFound(`product deployment ${productDeploymentId} in environment ${environmentId}`);
      }
      const sessionId = c.req.valid("json").sessionId ?? null;
      const asked = await commands.redeployProduct(installation.id, { by: byText(visitorOf(c).identity), sessionId });
      if (asked.type === "refused") throw problemOf(asked);
      return answerWhenOver(c, needs, product.slug, asked.deployment);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.progress.get),
      tags: ["Product deployments"],
      summary: "Follow the progress of the product redeploy with this session id",
      description:
        "Server-sent events with JSON data; may be opened before the call. `stack`: the state of a stack, `pending` at first; `log`: output of an init service; `status`: the deployment's status; `done`: the same as the call's response, and the last event. `Last-Event-ID` resumes; a request after `done` returns 204.",
      request: { params: sessionParam },
      responses: {
        200: { description: "Events", content: { "text/event-stream": { schema: { type: "string" } } } },
        204: { description: "The redeploy is over, and its last event was sent" },
        ...errorAnswers,
      },
    }),
    (c) => answerWithProgress(c, needs, c.req.valid("param").sessionId),
  );

  return api;
}

import { createRoute } from "@hono/zod-openapi";
import type { Deployment } from "../../../model/deployment/deployment.ts";
import { routes } from "../../../routes.ts";
import { byText } from "../../../rules/access/by-text.ts";
import { deploymentWithoutOutput, hidesOutput, withoutOutput } from "../../../rules/access/hidden-output.ts";
import { withinVisible } from "../../access/visible.ts";
import { Problem, problemOf } from "../../http/problem.ts";
import { visitorOf } from "../../http/web-context.ts";
import {
  type Api,
  type ApiNeeds,
  conflictAnswer,
  createApi,
  errorAnswers,
  json,
  jsonBody,
  text,
} from "../route-parts.ts";
import { changesQuery, changesSchema } from "../schemas/changes.ts";
import {
  afterQuery,
  deploymentSchema,
  logQuery,
  rebuildingSchema,
  redeployRequestSchema,
} from "../schemas/deployments.ts";
import { idParam } from "../schemas/ids.ts";
import { listOf, pageQuery } from "../schemas/lists.ts";
import { changesJson } from "./changes.ts";
import { addData } from "./data-then.ts";
import { streamDeploymentLog } from "./deployment-log.ts";
import { pageOfDeployments } from "./page-of-deployments.ts";

export function createDeploymentsApi(needs: ApiNeeds) {
  const api = createApi();
  addDeployments(api, needs);
  addProgress(api, needs);
  addActions(api, needs);
  addData(api, needs);
  return api;
}

function addDeployments(api: Api, needs: ApiNeeds): void {
  const { endpoints, catalog, present, rights } = needs;

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.deployments.get),
      tags: ["Deployments"],
      summary: "List all deployments, newest first",
      request: { query: pageQuery },
      responses: { 200: json("A page of deployments", listOf(deploymentSchema)), ...errorAnswers },
    }),
    async (c) => c.json(await pageOfDeployments(c, needs, c.req.valid("query"), withinVisible(c)), 200),
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.deployment.get),
      tags: ["Deployments"],
      summary: "Get a deployment",
      request: { params: idParam },
      responses: { 200: json("The deployment", deploymentSchema), ...errorAnswers },
    }),
    async (c) => {
      const { deployment, place } = await catalog.deployment(c.req.valid("param").id);
      const isHidden = hidesOutput(visitorOf(c).identity, place.product);
      return c.json(await present.deployment(isHidden ? deploymentWithoutOutput(deployment) : deployment, place), 200);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.deploymentChanges.get),
      tags: ["Deployments"],
      summary: "Compare this version with another one",
      description:
        "Variables are listed by name, never with their values. 409 if nothing was built for one of the two.",
      request: { params: idParam, query: changesQuery },
      responses: { 200: json("The differences", changesSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const { deployment, place } = await catalog.deployment(c.req.valid("param").id);
      const other = c.req.valid("query").from ?? place.installation.liveDeploymentId;
      if (other === null)
        throw new Problem(409, "conflict", "nothing is live to compare it with: pass a deployment's id as from");
      const { deployment: from, place: fromPlace } = await catalog.deployment(other);
      await rights.require(c, "see", fromPlace.product, `deployment ${other}`);
      return c.json(changesJson(from, deployment), 200);
    },
  );
}

/** The log and the events of a deployment. */
function addProgress(api: Api, needs: ApiNeeds): void {
  const { endpoints, catalog, streams } = needs;

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.deploymentLog.get),
      tags: ["Deployments"],
      summary: "Get a deployment's log as text",
      description: "The log so far. To follow it live, read the events.",
      request: { params: idParam, query: logQuery },
      responses: { 200: text("One line per event, each with its time"), ...errorAnswers },
    }),
    async (c) => {
      const { deployment, place } = await catalog.deployment(c.req.valid("param").id);
      const isHidden = hidesOutput(visitorOf(c).identity, place.product);
      return streamDeploymentLog(c, needs, { deployment, isHidden }, c.req.valid("query"));
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.deploymentEvents.get),
      tags: ["Deployments"],
      summary: "Follow a deployment's events",
      description:
        "Server-sent events: `id` counts from 1 without gaps, `event` is the type, `data` is JSON. `Last-Event-ID` or `?after=` resumes. Ends after the event `settled`; a later request returns 204.",
      request: { params: idParam, query: afterQuery },
      responses: {
        200: { description: "Events", content: { "text/event-stream": { schema: { type: "string" } } } },
        204: { description: "The deployment is over, and there are no newer events" },
        ...errorAnswers,
      },
    }),
    async (c) => {
      const { deployment } = await catalog.deployment(c.req.valid("param").id);
      return streams.answer(c, deployment, c.req.valid("query").after, async () => ({
        goodbye: null,
        async messages(heard) {
          const { product } = (await catalog.deployment(deployment.id)).place;
          const events = hidesOutput(visitorOf(c).identity, product) ? heard.map(withoutOutput) : heard;
          return events.map((event) => ({ id: String(event.seq), event: event.type, data: JSON.stringify(event) }));
        },
      }));
    },
  );
}

function addActions(api: Api, needs: ApiNeeds): void {
  const { store, commands, endpoints, catalog, present } = needs;

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.deploymentRedeploy.post),
      tags: ["Deployments"],
      summary: "Make this version live again",
      description: "Nothing is built as long as its images exist. 409 if it was never ready.",
      request: { params: idParam, body: jsonBody(redeployRequestSchema, false) },
      responses: { 202: json("The new deployment", rebuildingSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const { deployment, place } = await catalog.deployment(c.req.valid("param").id);
      // Without a body, zod has nothing to put the default into.
      const variables = c.req.valid("json").variables ?? "then";
      const by = byText(visitorOf(c).identity);
      const asked = await commands.redeploy(deployment, variables, by, c.req.raw.signal);
      if (asked.type === "refused") throw problemOf(asked);
      return c.json({ ...(await present.deployment(asked.deployment, place)), rebuild: asked.rebuild }, 202);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.deploymentCancel.post),
      tags: ["Deployments"],
      summary: "Cancel a deployment",
      description: "409 once the cut-over has begun or the deployment is over.",
      request: { params: idParam },
      responses: { 202: json("The deployment, about to stop", deploymentSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const { deployment, place } = await catalog.deployment(c.req.valid("param").id);
      const outcome = await commands.cancel(deployment, byText(visitorOf(c).identity));
      if (outcome.type === "refused") throw problemOf(outcome);
      const now: Deployment = (await store.deployments.get(deployment.id)) ?? deployment;
      return c.json(await present.deployment(now, place), 202);
    },
  );
}

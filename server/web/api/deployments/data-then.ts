import { createRoute, type z } from "@hono/zod-openapi";
import type { DataFacts } from "../../../model/backup.ts";
import { routes } from "../../../routes.ts";
import { byText } from "../../../rules/access/by-text.ts";
import { problemOf } from "../../http/problem.ts";
import { visitorOf } from "../../http/web-context.ts";
import { type DataThenAndNow, readDataThen } from "../../read/data-then.ts";
import { type Api, type ApiNeeds, conflictAnswer, errorAnswers, json, jsonBody } from "../route-parts.ts";
import { dataThenSchema, rebuildingSchema, redeployRequestSchema } from "../schemas/deployments.ts";
import { idParam } from "../schemas/ids.ts";

/** Going back to a version with its data. */
export function addData(api: Api, needs: ApiNeeds): void {
  const { commands, endpoints, catalog, present } = needs;

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.deploymentData.get),
      tags: ["Deployments"],
      summary: "See what going back to this version with its data would lose",
      request: { params: idParam },
      responses: { 200: json("The data that the version last ran on", dataThenSchema), ...errorAnswers },
    }),
    async (c) => {
      const { deployment, place } = await catalog.deployment(c.req.valid("param").id);
      return c.json(dataThenJson(await readDataThen(needs, deployment, place.installation)), 200);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.deploymentGoBack.post),
      tags: ["Deployments"],
      summary: "Make this version live again, with the data that it last ran on",
      description:
        "What is there now is backed up first. The product is stopped while its data is replaced; requests wait. 409 if the data cannot be brought back.",
      request: { params: idParam, body: jsonBody(redeployRequestSchema, false) },
      responses: { 202: json("The new deployment", rebuildingSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const { deployment, place } = await catalog.deployment(c.req.valid("param").id);
      const variables = c.req.valid("json").variables ?? "then";
      const asked = await commands.goBack(deployment, variables, byText(visitorOf(c).identity), c.req.raw.signal);
      if (asked.type === "refused") throw problemOf(asked);
      return c.json({ ...(await present.deployment(asked.deployment, place)), rebuild: asked.rebuild }, 202);
    },
  );
}

function dataThenJson(then: DataThenAndNow | string | null): z.infer<typeof dataThenSchema> {
  if (then === null || typeof then === "string") {
    const reason = then ?? "no later version has changed the data";
    return { possible: false, reason, before: null, services: [], left: [] };
  }
  return {
    ...{ possible: true, reason: null, before: then.before.id, left: [...then.left] },
    services: then.backups.map(({ id, service, startedAt, createdAt, facts }) => ({
      ...{ service, backup: id, since: (startedAt ?? createdAt).toISOString() },
      ...{ inBackup: factsJson(facts), now: factsJson(then.now.get(service) ?? null) },
    })),
  };
}

function factsJson(facts: DataFacts | null) {
  return facts && { tables: facts.tables, rows: facts.rows, estimate: facts.isEstimate };
}

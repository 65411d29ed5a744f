import { createRoute } from "@hono/zod-openapi";
import { routes } from "../../../routes.ts";
import { problemOf } from "../../http/problem.ts";
import { type Api, type ApiNeeds, conflictAnswer, createApi, errorAnswers, json, jsonBody } from "../route-parts.ts";
import { idParam } from "../schemas/ids.ts";
import { domainsSchema, installationSchema, scaleSchema } from "../schemas/products/installations.ts";
import { serviceSettingsSchema } from "../schemas/products/service-settings.ts";

/** Endpoints for an installation's settings: domains, health checks and limits. */
export function createInstallationSettingsApi(needs: ApiNeeds) {
  const api = createApi();
  addServiceSettings(api, needs);
  addScale(api, needs);
  return api;
}

function addScale(api: Api, { commands, endpoints, catalog, present }: ApiNeeds): void {
  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installationScale.put),
      tags: ["Product deployments"],
      summary: "Set how many replicas of a service run",
      description:
        "A live version follows at once, without a build or a deployment: further replicas get requests once they have passed their checks, and those that are too many are drained, then removed. Null leaves it to the repository; omitted ones stay. 409 for a service that keeps data.",
      request: { params: idParam, body: jsonBody(scaleSchema) },
      responses: { 200: json("The product deployment", installationSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const place = await catalog.place(c.req.valid("param").id);
      const { service, replicas, sticky } = c.req.valid("json");
      const changes = { ...(replicas !== undefined && { replicas }), ...(sticky !== undefined && { sticky }) };
      const outcome = await commands.scaleService(place.installation.id, service, changes);
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.json(await present.installation(place, c.req.raw.signal), 200);
    },
  );
}

function addServiceSettings(api: Api, needs: ApiNeeds): void {
  const { commands, endpoints, catalog, present } = needs;

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installationDomains.put),
      tags: ["Product deployments"],
      summary: "Set the custom domains of a service",
      description:
        "Replaces the whole list; an empty one removes them all. A live version is served at them at once. 409 if another product has one of them, or while a deployment is running.",
      request: { params: idParam, body: jsonBody(domainsSchema) },
      responses: { 200: json("The product deployment", installationSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const { service, domains } = c.req.valid("json");
      const { installation } = await catalog.place(id);
      const outcome = await commands.setDomains(installation.id, service, domains, c.req.raw.signal);
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.json(await present.installation(await catalog.place(id), c.req.raw.signal), 200);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installationSettings.put),
      tags: ["Product deployments"],
      summary: "Set the health check and the limits of a service",
      description:
        "They apply from the next deployment, unless the repository sets the same. Null removes a setting; omitted ones stay.",
      request: { params: idParam, body: jsonBody(serviceSettingsSchema) },
      responses: { 200: json("The product deployment", installationSchema), ...errorAnswers },
    }),
    async (c) => {
      const place = await catalog.place(c.req.valid("param").id);
      const { service, ...changes } = c.req.valid("json");
      await commands.setServiceSettings(place.installation.id, service, changes);
      return c.json(await present.installation(place, c.req.raw.signal), 200);
    },
  );
}

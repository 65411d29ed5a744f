import { createRoute } from "@hono/zod-openapi";
import { routes } from "../../../routes.ts";
import { byText } from "../../../rules/access/by-text.ts";
import { problemOf } from "../../http/problem.ts";
import { visitorOf } from "../../http/web-context.ts";
import { type Api, type ApiNeeds, conflictAnswer, createApi, errorAnswers, json, jsonBody } from "../route-parts.ts";
import { deploymentSchema, deployRequestSchema } from "../schemas/deployments.ts";
import { idParam } from "../schemas/ids.ts";
import { installationSchema } from "../schemas/products/installations.ts";

/** Endpoints that make an installation run another version, or none. */
export function createInstallationDeploymentsApi(needs: ApiNeeds) {
  const api = createApi();
  addDeploy(api, needs);
  addStop(api, needs);
  return api;
}

function addDeploy(api: Api, needs: ApiNeeds): void {
  const { commands, endpoints, catalog, present } = needs;

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installationDeploy.post),
      tags: ["Product deployments"],
      summary: "Deploy a branch, tag or commit",
      description:
        "Without either, the tip of the tracked branch is deployed. A commit that is not part of the ref is refused with 400; if Baton fetches the repository from elsewhere, the deployment fails at the stage `fetch` instead.",
      request: { params: idParam, body: jsonBody(deployRequestSchema, false) },
      responses: { 202: json("The new deployment, queued", deploymentSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const place = await catalog.place(c.req.valid("param").id);
      const by = byText(visitorOf(c).identity);
      const asked = await commands.deploy(place.installation.id, c.req.valid("json"), by, c.req.raw.signal);
      if (asked.type === "refused") throw problemOf(asked);
      return c.json(await present.deployment(asked.deployment, place), 202);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installationApply.post),
      tags: ["Product deployments"],
      summary: "Apply changed variables and settings to the live version",
      description:
        "Deploys the live version again with the current variables and settings. Services that keep data and init services are left alone unless theirs changed; images are rebuilt if a change is part of the build. 409 if nothing is live, or while another deployment is under way.",
      request: { params: idParam },
      responses: { 202: json("The new deployment, queued", deploymentSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const place = await catalog.place(c.req.valid("param").id);
      const asked = await commands.applyChanges(place.installation.id, byText(visitorOf(c).identity));
      if (asked.type === "refused") throw problemOf(asked);
      return c.json(await present.deployment(asked.deployment, place), 202);
    },
  );
}

function addStop(api: Api, needs: ApiNeeds): void {
  const { commands, endpoints, catalog, present } = needs;

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installationStop.post),
      tags: ["Product deployments"],
      summary: "Stop a product deployment",
      description:
        "Its containers stop, and its addresses return 503. Volumes and versions are kept; a redeploy starts it again.",
      request: { params: idParam },
      responses: {
        202: json("The product deployment, about to stop", installationSchema),
        ...errorAnswers,
        ...conflictAnswer,
      },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const { installation } = await catalog.place(id);
      const outcome = await commands.stop(installation.id, byText(visitorOf(c).identity));
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.json(await present.installation(await catalog.place(id), c.req.raw.signal), 202);
    },
  );
}

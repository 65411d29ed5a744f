import { createRoute } from "@hono/zod-openapi";
import { routes } from "../../../routes.ts";
import { namesIn, secrecyFault } from "../../../rules/settings/variable-changes.ts";
import { noteDetail } from "../../http/audit.ts";
import { Problem, problemOf } from "../../http/problem.ts";
import { visitorOf } from "../../needs.ts";
import { variableJson } from "../present.ts";
import { type ApiNeeds, conflictAnswer, createApi, errorAnswers, json, jsonBody, text } from "../route-parts.ts";
import {
  containerLogQuery,
  deploymentSchema,
  deployRequestSchema,
  domainsSchema,
  idParam,
  installationChangesSchema,
  installationSchema,
  leavingSchema,
  listOf,
  newInstallationSchema,
  serviceSettingsSchema,
  variableChangesSchema,
  variableSchema,
} from "../schemas.ts";
import { streamContainerLogs } from "./container-logs.ts";

export function createInstallationsApi(needs: ApiNeeds) {
  const { store, commands, endpoints, catalog, present } = needs;
  const api = createApi();

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installations.get),
      tags: ["Product deployments"],
      summary: "List what is installed where",
      responses: { 200: json("All product deployments", listOf(installationSchema)), ...errorAnswers },
    }),
    async (c) => {
      const places = await catalog.places();
      const items = await Promise.all(places.map((place) => present.installation(place, c.req.raw.signal)));
      return c.json({ items }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installations.post),
      tags: ["Product deployments"],
      summary: "Install a product in another environment",
      description:
        "409 if it is already installed there, or its address is taken. Nothing is deployed yet: push, or deploy it.",
      request: { body: jsonBody(newInstallationSchema) },
      responses: { 201: json("The new product deployment", installationSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const { product, environment, branch = null } = c.req.valid("json");
      noteDetail(c, `${product} in ${environment}`);
      const asked = await commands.install({ product, environment, branch });
      if (asked.type === "refused") throw problemOf(asked);
      const place = await catalog.place(asked.installation.id);
      return c.json(await present.installation(place, c.req.raw.signal), 201);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installation.get),
      tags: ["Product deployments"],
      summary: "Get a product deployment: its addresses and the state of its services",
      request: { params: idParam },
      responses: { 200: json("The product deployment", installationSchema), ...errorAnswers },
    }),
    async (c) => {
      const place = await catalog.place(c.req.valid("param").id);
      return c.json(await present.installation(place, c.req.raw.signal), 200);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installation.patch),
      tags: ["Product deployments"],
      summary: "Change the branch whose pushes deploy it",
      request: { params: idParam, body: jsonBody(installationChangesSchema) },
      responses: { 200: json("The product deployment as it is now", installationSchema), ...errorAnswers },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const { branch } = c.req.valid("json");
      const { product, installation } = await catalog.place(id);
      if (branch !== undefined) {
        const outcome = await commands.changeProduct(product, {
          branches: [{ installation: installation.id, branch }],
        });
        if (outcome.type === "refused") throw problemOf(outcome);
      }
      return c.json(await present.installation(await catalog.place(id), c.req.raw.signal), 200);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installation.delete),
      tags: ["Product deployments"],
      summary: "Remove a product from an environment",
      description:
        "Its deployments are cancelled; its addresses and containers are removed. Its volumes stay unless the body says otherwise. The product stays.",
      request: { params: idParam, body: jsonBody(leavingSchema, false) },
      responses: { 204: { description: "Removed; its containers are being cleaned up" }, ...errorAnswers },
    }),
    async (c) => {
      const { installation } = await catalog.place(c.req.valid("param").id);
      await commands.uninstall(installation.id, { keepVolumes: c.req.valid("json").volumes !== "delete" });
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installationVariables.get),
      tags: ["Product deployments"],
      summary: "List its variables, with the values of those that are not secret",
      request: { params: idParam },
      responses: { 200: json("Its own variables and its product's", listOf(variableSchema)), ...errorAnswers },
    }),
    async (c) => {
      const { installation } = await catalog.place(c.req.valid("param").id);
      const entries = await store.installations.variableEntries(installation.id);
      return c.json({ items: entries.map(variableJson) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installationVariables.put),
      tags: ["Product deployments"],
      summary: "Set and unset variables",
      description:
        "Changes apply on the next deployment; running containers keep the values they started with. Values of secret variables are never sent back.",
      request: { params: idParam, body: jsonBody(variableChangesSchema) },
      responses: {
        200: json("The product deployment, with the names of its variables", installationSchema),
        ...errorAnswers,
      },
    }),
    async (c) => {
      const place = await catalog.place(c.req.valid("param").id);
      const { set, unset, atBuild, secret } = c.req.valid("json");
      const { id } = place.installation;
      const fault = secrecyFault(await store.installations.variableEntries(id), { set, secret });
      if (fault) throw new Problem(400, "invalid", fault);
      noteDetail(c, namesIn({ set, unset, atBuild, secret }).join(", "));
      await commands.setVariables({ installation: id }, { set, unset, atBuild, secret });
      return c.json(await present.installation(place, c.req.raw.signal), 200);
    },
  );

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
      noteDetail(c, service);
      return c.json(await present.installation(place, c.req.raw.signal), 200);
    },
  );

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
      const by = visitorOf(c).identity.name;
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
      const asked = await commands.applyChanges(place.installation.id, visitorOf(c).identity.name);
      if (asked.type === "refused") throw problemOf(asked);
      return c.json(await present.deployment(asked.deployment, place), 202);
    },
  );

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
      const outcome = await commands.stop(installation.id);
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.json(await present.installation(await catalog.place(id), c.req.raw.signal), 202);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installationLogs.get),
      tags: ["Product deployments"],
      summary: "Get the output of the containers",
      request: { params: idParam, query: containerLogQuery },
      responses: { 200: text("Their output, line by line"), ...errorAnswers },
    }),
    async (c) => {
      const place = await catalog.place(c.req.valid("param").id);
      return streamContainerLogs(c, needs, place, c.req.valid("query"));
    },
  );

  return api;
}

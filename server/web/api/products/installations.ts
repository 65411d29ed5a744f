import { createRoute } from "@hono/zod-openapi";
import type { InstallationId } from "../../../model/names/ids.ts";
import { routes } from "../../../routes.ts";
import { volumesText } from "../../../rules/wording/removal-summary.ts";
import { withinVisible } from "../../access/visible.ts";
import { noteDetail, noteProduct } from "../../http/audit.ts";
import { problemOf } from "../../http/problem.ts";
import { nextOf } from "../read-page.ts";
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
import { idParam } from "../schemas/ids.ts";
import { forwardListOf, pageAfterId } from "../schemas/lists.ts";
import {
  containerLogQuery,
  installationChangesSchema,
  installationSchema,
  newInstallationSchema,
} from "../schemas/products/installations.ts";
import { deleteOptionsSchema } from "../schemas/products/products.ts";
import { streamContainerLogs } from "./container-logs.ts";

/** Endpoints for installations: where a product is installed, and what it is doing there. */
export function createInstallationsApi(needs: ApiNeeds) {
  const api = createApi();
  addInstallations(api, needs);
  addInstallation(api, needs);
  addLogs(api, needs);
  return api;
}

function addInstallations(api: Api, needs: ApiNeeds): void {
  const { store, commands, endpoints, catalog, present, rights } = needs;

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installations.get),
      tags: ["Product deployments"],
      summary: "List the product deployments, oldest first",
      request: { query: pageAfterId },
      responses: { 200: json("A page of product deployments", forwardListOf(installationSchema)), ...errorAnswers },
    }),
    async (c) => {
      const { limit, after } = c.req.valid("query");
      const page = { limit: limit + 1, after: after as InstallationId | undefined };
      const found = await store.installations.installedProducts({ ...page, ...withinVisible(c) });
      const items = await present.installations(found.slice(0, limit), c.req.raw.signal);
      return c.json({ items: [...items], ...nextOf(found, limit, ({ installation }) => installation.id) }, 200);
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
      noteProduct(c, product, environment);
      await rights.require(c, "install", await catalog.product(product), `product "${product}"`);
      const asked = await commands.install({ product, environment, branch });
      if (asked.type === "refused") throw problemOf(asked);
      const place = await catalog.place(asked.installation.id);
      return c.json(await present.installation(place, c.req.raw.signal), 201);
    },
  );
}

function addInstallation(api: Api, needs: ApiNeeds): void {
  const { commands, endpoints, catalog, present } = needs;

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
      request: { params: idParam, body: jsonBody(deleteOptionsSchema, false) },
      responses: { 204: { description: "Removed; its containers are being cleaned up" }, ...errorAnswers },
    }),
    async (c) => {
      const { installation } = await catalog.place(c.req.valid("param").id);
      const keepVolumes = c.req.valid("json").volumes !== "delete";
      noteDetail(c, volumesText(keepVolumes));
      await commands.uninstall(installation.id, { keepVolumes });
      return c.body(null, 204);
    },
  );
}

function addLogs(api: Api, needs: ApiNeeds): void {
  const { endpoints, catalog } = needs;

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
}

import { createRoute } from "@hono/zod-openapi";
import { parseSlug, slugRule } from "../../../model/product.ts";
import { routes } from "../../../routes.ts";
import { volumesText } from "../../../rules/wording/removal-summary.ts";
import { withinVisible } from "../../access/visible.ts";
import { noteDetail, noteProduct } from "../../http/audit.ts";
import { Problem, problemOf } from "../../http/problem.ts";
import { pageOfDeployments } from "../deployments/page-of-deployments.ts";
import { nextOf } from "../read-page.ts";
import { type Api, type ApiNeeds, conflictAnswer, createApi, errorAnswers, json, jsonBody } from "../route-parts.ts";
import { deploymentSchema } from "../schemas/deployments.ts";
import { productParam } from "../schemas/ids.ts";
import { forwardListOf, listOf, pageAfterName, pageQuery } from "../schemas/lists.ts";
import {
  createdProductSchema,
  deleteOptionsSchema,
  newProductSchema,
  productChangesSchema,
  productSchema,
} from "../schemas/products/products.ts";

export function createProductsApi(needs: ApiNeeds) {
  const api = createApi();
  addProducts(api, needs);
  addProduct(api, needs);
  addDeployments(api, needs);
  return api;
}

function addProducts(api: Api, needs: ApiNeeds): void {
  const { store, commands, endpoints, present } = needs;

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.products.get),
      tags: ["Products"],
      summary: "List the products, by name",
      request: { query: pageAfterName },
      responses: { 200: json("A page of products", forwardListOf(productSchema)), ...errorAnswers },
    }),
    async (c) => {
      const { limit, after } = c.req.valid("query");
      const page = { limit: limit + 1, after: parseSlug(after ?? "") ?? undefined };
      const found = await store.products.list({ ...page, ...withinVisible(c) });
      const shown = found.slice(0, limit);
      return c.json({ items: [...(await present.products(shown))], ...nextOf(found, limit, ({ slug }) => slug) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.products.post),
      tags: ["Products"],
      summary: "Create a product",
      description:
        "It is installed in production. A first `git push` does the same. The webhook's secret is shown only once, in this response.",
      request: { body: jsonBody(newProductSchema) },
      responses: { 201: json("The new product", createdProductSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const { name, repository, branch } = c.req.valid("json");
      const slug = parseSlug(name);
      if (!slug) throw new Problem(400, "invalid", `name: ${slugRule}`);
      noteProduct(c, slug);
      const asked = await commands.createProduct(slug, { repository: repository ?? null, branch: branch ?? null });
      if (asked.type === "refused") throw problemOf(asked);
      const [product, secret] = await Promise.all([
        present.product(asked.product),
        commands.makeWebhookSecret(asked.product),
      ]);
      return c.json({ ...product, webhook: { ...product.webhook, secret } }, 201);
    },
  );
}

function addProduct(api: Api, needs: ApiNeeds): void {
  const { commands, endpoints, catalog, present, openStreams } = needs;

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.product.get),
      tags: ["Products"],
      summary: "Get a product",
      request: { params: productParam },
      responses: { 200: json("The product", productSchema), ...errorAnswers },
    }),
    async (c) => c.json(await present.product(await catalog.product(c.req.valid("param").product)), 200),
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.product.patch),
      tags: ["Products"],
      summary: "Change a product's repository, branch, watch or who reads its logs",
      request: { params: productParam, body: jsonBody(productChangesSchema) },
      responses: { 200: json("The product as it is now", productSchema), ...errorAnswers },
    }),
    async (c) => {
      const product = await catalog.product(c.req.valid("param").product);
      const { repository, branch, watch, hidesLogs } = c.req.valid("json");
      const { installation } = await catalog.mainPlace(product);
      const branches = branch === undefined ? [] : [{ installation: installation.id, branch }];
      const outcome = await commands.changeProduct(product, { repository, watch, hidesLogs, branches });
      if (outcome.type === "refused") throw problemOf(outcome);
      if (hidesLogs === true) await openStreams.recheck();
      return c.json(await present.product(await catalog.product(product.slug)), 200);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.product.delete),
      tags: ["Products"],
      summary: "Delete a product",
      description:
        "Its deployments are cancelled; its addresses, containers, images and repository are removed. Its volumes stay unless the body says otherwise.",
      request: { params: productParam, body: jsonBody(deleteOptionsSchema, false) },
      responses: { 204: { description: "Deleted; its containers are being cleaned up" }, ...errorAnswers },
    }),
    async (c) => {
      const product = await catalog.product(c.req.valid("param").product);
      const keepVolumes = c.req.valid("json").volumes !== "delete";
      noteDetail(c, volumesText(keepVolumes));
      await commands.deleteProduct(product, { keepVolumes });
      return c.body(null, 204);
    },
  );
}

/** Variables that all of its product deployments share. */
function addDeployments(api: Api, needs: ApiNeeds): void {
  const { endpoints, catalog } = needs;

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.productDeployments.get),
      tags: ["Deployments"],
      summary: "List a product's deployments, newest first",
      request: { params: productParam, query: pageQuery },
      responses: { 200: json("A page of deployments", listOf(deploymentSchema)), ...errorAnswers },
    }),
    async (c) => {
      const product = await catalog.product(c.req.valid("param").product);
      const page = c.req.valid("query");
      return c.json(await pageOfDeployments(c, needs, page, { product: product.id }), 200);
    },
  );
}

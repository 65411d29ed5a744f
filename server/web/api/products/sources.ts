import { createRoute, type z } from "@hono/zod-openapi";
import type { Product } from "../../../model/product.ts";
import type { LedgerDetail, LedgerEntry, Recorded } from "../../../ports/store/deliveries.ts";
import { routes } from "../../../routes.ts";
import { byText } from "../../../rules/access/by-text.ts";
import { notFound, problemOf } from "../../http/problem.ts";
import { visitorOf } from "../../http/web-context.ts";
import { webhookUrl } from "../../webhooks/webhook-url.ts";
import { readPage } from "../read-page.ts";
import { type Api, type ApiNeeds, conflictAnswer, createApi, errorAnswers, json, jsonBody } from "../route-parts.ts";
import { productParam } from "../schemas/ids.ts";
import { listOf, pageQuery } from "../schemas/lists.ts";
import {
  deliveryDetailSchema,
  deliveryParam,
  deliverySchema,
  deployKeySchema,
  judgedSchema,
  newWebhookSchema,
  sourceChangesSchema,
  sourceSchema,
} from "../schemas/products/sources.ts";

/** Endpoints for a product's repository: how it is fetched, how Baton hears of pushes, and the deliveries. */
export function createSourcesApi(needs: ApiNeeds) {
  const api = createApi();
  addSource(api, needs);
  addCredentials(api, needs);
  addDeliveries(api, needs);
  return api;
}

const shared = { tags: ["Repositories"] };
const ofProduct = { ...shared, request: { params: productParam } };

/** How the code is fetched, and a check for new commits. */
function addSource(api: Api, needs: ApiNeeds): void {
  const { commands, endpoints, catalog } = needs;

  api.openapi(
    createRoute({
      ...ofProduct,
      ...endpoints.api(routes.api.source.get),
      summary: "Get how a product's code is fetched",
      responses: { 200: json("The source", sourceSchema), ...errorAnswers },
    }),
    async (c) => c.json(await sourceOf(needs, await catalog.product(c.req.valid("param").product)), 200),
  );

  api.openapi(
    createRoute({
      ...shared,
      ...endpoints.api(routes.api.source.patch),
      summary: "Change how a product's code is fetched",
      description: "The repository and the branch are the product's own: PATCH the product.",
      request: { params: productParam, body: jsonBody(sourceChangesSchema) },
      responses: { 200: json("The source as it is now", sourceSchema), ...errorAnswers },
    }),
    async (c) => {
      const product = await catalog.product(c.req.valid("param").product);
      const outcome = await commands.changeProduct(product, { source: given(c.req.valid("json")) });
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.json(await sourceOf(needs, product), 200);
    },
  );

  api.openapi(
    createRoute({
      ...ofProduct,
      ...endpoints.api(routes.api.check.post),
      summary: "Check the repository now, and deploy any new version",
      responses: { 200: json("What was found", listOf(judgedSchema)), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const product = await catalog.product(c.req.valid("param").product);
      const found = await commands.checkRepository(product, byText(visitorOf(c).identity), true, c.req.raw.signal);
      if ("code" in found) throw problemOf(found);
      return c.json({ items: found.map(judged) }, 200);
    },
  );
}

/** Deploy keys and the webhook secret. */
function addCredentials(api: Api, needs: ApiNeeds): void {
  const { commands, endpoints, catalog } = needs;

  api.openapi(
    createRoute({
      ...ofProduct,
      ...endpoints.api(routes.api.deployKey.post),
      summary: "Generate a deploy key; it replaces any earlier one",
      responses: { 201: json("The public key", deployKeySchema), ...errorAnswers },
    }),
    async (c) => {
      const product = await catalog.product(c.req.valid("param").product);
      return c.json({ deployKey: await commands.makeDeployKey(product) }, 201);
    },
  );

  api.openapi(
    createRoute({
      ...ofProduct,
      ...endpoints.api(routes.api.deployKey.delete),
      summary: "Remove the deploy key",
      responses: { 204: { description: "Removed" }, ...errorAnswers },
    }),
    async (c) => {
      const product = await catalog.product(c.req.valid("param").product);
      await commands.removeDeployKey(product);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      ...ofProduct,
      ...endpoints.api(routes.api.webhookSecret.post),
      summary: "Generate a webhook secret; it replaces any earlier one",
      responses: { 201: json("The URL and secret to enter at the forge", newWebhookSchema), ...errorAnswers },
    }),
    async (c) => {
      const product = await catalog.product(c.req.valid("param").product);
      const secret = await commands.makeWebhookSecret(product);
      return c.json({ url: webhookUrl(needs, product), secret }, 201);
    },
  );
}

/** The deliveries of the forge. */
function addDeliveries(api: Api, needs: ApiNeeds): void {
  const { store, commands, endpoints, catalog } = needs;

  api.openapi(
    createRoute({
      ...shared,
      ...endpoints.api(routes.api.deliveries.get),
      summary: "List webhook deliveries, newest first",
      request: { params: productParam, query: pageQuery },
      responses: { 200: json("A page of deliveries", listOf(deliverySchema)), ...errorAnswers },
    }),
    async (c) => {
      const product = await catalog.product(c.req.valid("param").product);
      const { rows, next } = await readPage(c.req.valid("query"), (page) => store.deliveries.list(product.id, page));
      return c.json({ items: rows.map(entry), ...next }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...shared,
      ...endpoints.api(routes.api.delivery.get),
      summary: "Get a delivery with its content",
      request: { params: deliveryParam },
      responses: { 200: json("The delivery", deliveryDetailSchema), ...errorAnswers },
    }),
    async (c) => {
      const { product: slug, id } = c.req.valid("param");
      const product = await catalog.product(slug);
      const detail = await store.deliveries.get(product.id, id);
      if (!detail) throw notFound(`delivery ${id}`);
      return c.json(withContent(detail), 200);
    },
  );

  api.openapi(
    createRoute({
      ...shared,
      ...endpoints.api(routes.api.deliveryAgain.post),
      summary: "Process a delivery again, as if it had just arrived",
      request: { params: deliveryParam },
      responses: { 200: json("The outcome", judgedSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const { product: slug, id } = c.req.valid("param");
      const outcome = await commands.redeliver(await catalog.product(slug), id, byText(visitorOf(c).identity));
      if ("code" in outcome) throw problemOf(outcome);
      return c.json(judged(outcome), 200);
    },
  );
}

async function sourceOf(needs: ApiNeeds, product: Product): Promise<z.infer<typeof sourceSchema>> {
  const { store } = needs;
  const [source, trouble] = await Promise.all([store.sources.get(product.id), store.reports.trouble(product.id)]);
  const { paths, polledAt, pingedAt, hasWebhookSecret: _, ...rest } = source;
  return {
    ...rest,
    repository: product.repository,
    paths: [...paths],
    polledAt: polledAt?.toISOString() ?? null,
    pingedAt: pingedAt?.toISOString() ?? null,
    trouble: trouble?.message ?? null,
    webhook: { url: webhookUrl(needs, product) },
  };
}

/** Drops undefined values, so that an omitted field is not changed. */
function given<Changes extends object>(
  changes: Changes,
): { [Name in keyof Changes]: Exclude<Changes[Name], undefined> } {
  const said = Object.entries(changes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said) as { [Name in keyof Changes]: Exclude<Changes[Name], undefined> };
}

function judged({ outcome, verdict, deployments }: Recorded): z.infer<typeof judgedSchema> {
  return { outcome, verdict, deploymentIds: [...deployments] };
}

function entry(row: LedgerEntry): z.infer<typeof deliverySchema> {
  const { id, at, via, deliveryId, name, commit, again } = row;
  return { ...judged(row), ...{ id, via, deliveryId, commit, again }, at: at.toISOString(), event: name };
}

function withContent(row: LedgerDetail): z.infer<typeof deliveryDetailSchema> {
  const { headers, body, bodyBytes } = row;
  return { ...entry(row), headers: headers && { ...headers }, body, bodyBytes };
}

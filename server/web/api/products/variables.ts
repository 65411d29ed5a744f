// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how values refer to variables.
import { createRoute, type z } from "@hono/zod-openapi";
import { holderOf, type VariableOwner } from "../../../commands/settings/set-variables.ts";
import type { EnvironmentId } from "../../../model/names/ids.ts";
import type { VariableEntry } from "../../../model/values/variable.ts";
import { routes } from "../../../routes.ts";
import { secrecyFault, variableChangeText } from "../../../rules/settings/variable-changes.ts";
import { whyVisitorMayNotRefer } from "../../access/may-refer.ts";
import { noteDetail, noteSubject } from "../../http/audit.ts";
import { notFound, Problem, problemOf } from "../../http/problem.ts";
import type { WebContext } from "../../http/web-context.ts";
import { variableJson } from "../present.ts";
import { type Api, type ApiNeeds, conflictAnswer, createApi, errorAnswers, json, jsonBody } from "../route-parts.ts";
import { idParam, productParam, variableParam } from "../schemas/ids.ts";
import { listOf } from "../schemas/lists.ts";
import { installationSchema } from "../schemas/products/installations.ts";
import { productSchema } from "../schemas/products/products.ts";
import { revealedSchema, variableChangesSchema, variableSchema } from "../schemas/products/variables.ts";

const revealDescription =
  "The activity log records who revealed it. 409 for one that is write-only. Its value may refer to other variables.";

/** Endpoints for variables: a product deployment's own, its product's, and those that an environment shares. */
export function createVariablesApi(needs: ApiNeeds) {
  const api = createApi();
  addOfInstallations(api, needs);
  addOfProducts(api, needs);
  addOfEnvironments(api, needs);
  addReveals(api, needs);
  return api;
}

function addOfInstallations(api: Api, needs: ApiNeeds): void {
  const { store, endpoints, catalog, present } = needs;

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installationVariables.get),
      tags: ["Product deployments"],
      summary: "List its variables, with the values of those that are not secret",
      request: { params: idParam },
      responses: {
        200: json("Its own variables, its product's and its environment's", listOf(variableSchema)),
        ...errorAnswers,
      },
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
        "Changes apply on the next deployment; running containers keep the values they started with. Values of secret variables are never sent back. A value may refer to others: `${{ NAME }}`, or `${{ product.NAME }}` for another product in the same environment.",
      request: { params: idParam, body: jsonBody(variableChangesSchema) },
      responses: {
        200: json("The product deployment, with the names of its variables", installationSchema),
        ...errorAnswers,
      },
    }),
    async (c) => {
      const place = await catalog.place(c.req.valid("param").id);
      const { id } = place.installation;
      const known = await store.installations.variableEntries(id);
      await change(c, needs, {
        owner: { installation: id },
        product: place.product.slug,
        known,
        asked: c.req.valid("json"),
      });
      return c.json(await present.installation(place, c.req.raw.signal), 200);
    },
  );
}

function addOfProducts(api: Api, needs: ApiNeeds): void {
  const { store, endpoints, catalog, present } = needs;

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.productVariables.get),
      tags: ["Products"],
      summary: "List the variables of all its product deployments, with the values of those that are not secret",
      request: { params: productParam },
      responses: {
        200: json("The variables that all product deployments of the product share", listOf(variableSchema)),
        ...errorAnswers,
      },
    }),
    async (c) => {
      const product = await catalog.product(c.req.valid("param").product);
      return c.json({ items: (await store.products.variableEntries(product.id)).map(variableJson) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.productVariables.put),
      tags: ["Products"],
      summary: "Set and unset variables of all its product deployments",
      description: "A product deployment's own variables take precedence. Changes apply on the next deployment.",
      request: { params: productParam, body: jsonBody(variableChangesSchema) },
      responses: { 200: json("The product, with the names of its variables", productSchema), ...errorAnswers },
    }),
    async (c) => {
      const product = await catalog.product(c.req.valid("param").product);
      const known = await store.products.variableEntries(product.id);
      await change(c, needs, {
        owner: { product: product.id },
        product: product.slug,
        known,
        asked: c.req.valid("json"),
      });
      return c.json(await present.product(product), 200);
    },
  );
}

function addOfEnvironments(api: Api, needs: ApiNeeds): void {
  const { store, endpoints } = needs;

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.environmentVariables.get),
      tags: ["Environments"],
      summary: "List its shared variables, with the values of those that are not secret",
      request: { params: idParam },
      responses: { 200: json("The variables that all products there get", listOf(variableSchema)), ...errorAnswers },
    }),
    async (c) => {
      const { id } = await environmentOf(needs, c.req.valid("param").id);
      return c.json({ items: (await store.environments.variableEntries(id)).map(variableJson) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.environmentVariables.put),
      tags: ["Environments"],
      summary: "Set and unset its shared variables",
      description:
        "All products in the environment get them; a product's own variables take precedence. Changes apply to each product on its next deployment.",
      request: { params: idParam, body: jsonBody(variableChangesSchema) },
      responses: { 200: json("Its shared variables", listOf(variableSchema)), ...errorAnswers },
    }),
    async (c) => {
      const { id, name } = await environmentOf(needs, c.req.valid("param").id);
      noteSubject(c, name);
      const known = await store.environments.variableEntries(id);
      await change(c, needs, {
        owner: { environment: id },
        product: null,
        known,
        asked: c.req.valid("json"),
      });
      return c.json({ items: (await store.environments.variableEntries(id)).map(variableJson) }, 200);
    },
  );
}

function addReveals(api: Api, needs: ApiNeeds): void {
  const { endpoints, catalog } = needs;

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installationVariableReveal.post),
      tags: ["Product deployments"],
      summary: "Reveal a secret variable",
      description: revealDescription,
      request: { params: variableParam },
      responses: { 200: json("The variable with its value", revealedSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const { id, name } = c.req.valid("param");
      const { installation } = await catalog.place(id);
      noteDetail(c, name);
      return c.json(await revealed(needs, { installation: installation.id }, name), 200);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.environmentVariableReveal.post),
      tags: ["Environments"],
      summary: "Reveal a secret shared variable",
      description: revealDescription,
      request: { params: variableParam },
      responses: { 200: json("The variable with its value", revealedSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const { id, name } = c.req.valid("param");
      const environment = await environmentOf(needs, id);
      noteSubject(c, environment.name);
      noteDetail(c, name);
      return c.json(await revealed(needs, { environment: environment.id }, name), 200);
    },
  );
}

async function environmentOf({ store }: ApiNeeds, id: number) {
  const environment = await store.environments.get(id as EnvironmentId);
  if (!environment) throw notFound(`environment ${id}`);
  return environment;
}

interface AskedChange {
  readonly owner: VariableOwner;
  /** The slug of the product that gets the values; null when all products in an environment do. */
  readonly product: string | null;
  readonly known: readonly VariableEntry[];
  readonly asked: z.infer<typeof variableChangesSchema>;
}

async function change(c: WebContext, needs: ApiNeeds, { owner, product, known, asked }: AskedChange): Promise<void> {
  const fault = secrecyFault(known, asked);
  if (fault) throw new Problem(400, "invalid", fault);
  const forbidden = await whyVisitorMayNotRefer(c, needs.store, asked.set, product);
  if (forbidden) throw new Problem(403, "forbidden", forbidden);
  noteDetail(c, variableChangeText(known, asked, holderOf(owner)));
  const outcome = await needs.commands.setVariables(owner, asked);
  if (outcome.type === "refused") throw problemOf(outcome);
}

async function revealed(needs: ApiNeeds, owner: Parameters<ApiNeeds["commands"]["revealVariable"]>[0], name: string) {
  const outcome = await needs.commands.revealVariable(owner, name);
  if (outcome.type === "refused") throw problemOf(outcome);
  return { name, value: outcome.value };
}

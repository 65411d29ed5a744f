import { createRoute } from "@hono/zod-openapi";
import type { EnvironmentId } from "../../../model/names/ids.ts";
import { routes } from "../../../routes.ts";
import { noteSubject } from "../../http/audit.ts";
import { notFound, problemOf } from "../../http/problem.ts";
import { type ApiNeeds, conflictAnswer, createApi, errorAnswers, json, jsonBody } from "../route-parts.ts";
import { idParam } from "../schemas/ids.ts";
import { listOf } from "../schemas/lists.ts";
import {
  environmentSchema,
  newEnvironmentAnswerSchema,
  newEnvironmentSchema,
} from "../schemas/products/environments.ts";

export function createEnvironmentsApi({ store, endpoints, present, commands }: ApiNeeds) {
  const api = createApi();

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.environments.get),
      tags: ["Environments"],
      summary: "List the environments",
      responses: { 200: json("All environments", listOf(environmentSchema)), ...errorAnswers },
    }),
    async (c) => c.json({ items: (await store.environments.list()).map(present.environment) }, 200),
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.environments.post),
      tags: ["Environments"],
      summary: "Create an environment",
      description:
        "Products can be installed in it a second time, for example for staging. `production` always exists.",
      request: { body: jsonBody(newEnvironmentSchema) },
      responses: { 201: json("The new environment", newEnvironmentAnswerSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const { name, domain = null, branch = null, copyFrom = null } = c.req.valid("json");
      noteSubject(c, name);
      const created = await commands.createEnvironment({ name, domain, branch }, copyFrom);
      if (created.type === "refused") throw problemOf(created);
      const copied = created.copied.map((one) => ({ ...one, secrets: [...one.secrets] }));
      return c.json({ ...present.environment(created.environment), copied }, 201);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.environment.delete),
      tags: ["Environments"],
      summary: "Remove an environment",
      description: "It must be empty, and `production` can't be removed.",
      request: { params: idParam },
      responses: { 204: { description: "Removed" }, ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const environment = await store.environments.get(id as EnvironmentId);
      if (!environment) throw notFound(`environment ${id}`);
      noteSubject(c, environment.name);
      const outcome = await commands.removeEnvironment(environment);
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.body(null, 204);
    },
  );

  return api;
}

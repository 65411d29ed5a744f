import { createRoute } from "@hono/zod-openapi";
import { routes } from "../../routes.ts";
import { noteDetail } from "../audit.ts";
import { Problem } from "../problem.ts";
import { type ApiNeeds, conflictAnswer, createApi, errorAnswers, forMembers, json, jsonBody } from "./route-parts.ts";
import { environmentSchema, listOf, newEnvironmentSchema } from "./schemas.ts";

export function createEnvironmentsApi({ store, auth, present }: ApiNeeds) {
  const api = createApi();
  const member = forMembers(auth);

  api.openapi(
    createRoute({
      ...member,
      method: "get",
      path: routes.api.environments(),
      tags: ["Environments"],
      summary: "List the environments",
      responses: { 200: json("All environments", listOf(environmentSchema)), ...errorAnswers },
    }),
    async (c) => c.json({ items: (await store.environments.list()).map(present.environment) }, 200),
  );

  api.openapi(
    createRoute({
      ...member,
      method: "post",
      path: routes.api.environments(),
      tags: ["Environments"],
      summary: "Make an environment",
      description: "A place for further installations of products; `production` exists from the start.",
      request: { body: jsonBody(newEnvironmentSchema) },
      responses: { 201: json("The new environment", environmentSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const { name, domain = null, branch = null } = c.req.valid("json");
      noteDetail(c, name);
      const created = await store.environments.create({ name, domain, branch });
      if (!created) throw new Problem(409, "conflict", `there is an environment named "${name}" already`);
      return c.json(present.environment(created), 201);
    },
  );

  return api;
}

import { createRoute, z } from "@hono/zod-openapi";
import { routes } from "../../../routes.ts";
import { noteDetail } from "../../http/audit.ts";
import { problemOf } from "../../http/problem.ts";
import { visitorOf } from "../../http/web-context.ts";
import { type ApiNeeds, conflictAnswer, createApi, errorAnswers, json, jsonBody } from "../route-parts.ts";
import { drillJson, drillRequestSchema, drillSchema } from "../schemas/backups.ts";
import { idParam } from "../schemas/ids.ts";

const tags = ["Backups"];

/** Endpoints for restore drills. */
export function createDrillsApi({ endpoints, store, commands, catalog }: ApiNeeds) {
  const api = createApi();

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installationDrills.get),
      ...{ tags, summary: "List the restore drills of a product deployment", request: { params: idParam } },
      responses: {
        200: json("The last 100, newest first", z.object({ items: z.array(drillSchema) })),
        ...errorAnswers,
      },
    }),
    async (c) => {
      const { installation } = await catalog.place(c.req.valid("param").id);
      const drills = await store.backups.drills({ installation: installation.id });
      return c.json({ items: drills.map(drillJson) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installationDrills.post),
      ...{ tags, summary: "Try a restore of a service's newest backup" },
      description: "202 with the drill, which waits for its turn. 409 if there is no backup, or one is being tried.",
      request: { params: idParam, body: jsonBody(drillRequestSchema) },
      responses: { 202: json("The drill", drillSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const { installation } = await catalog.place(c.req.valid("param").id);
      const { service } = c.req.valid("json");
      const outcome = await commands.tryRestore(installation.id, { service, by: visitorOf(c).identity.name });
      if (outcome.type === "refused") throw problemOf(outcome);
      noteDetail(c, service);
      return c.json(drillJson(outcome.drill), 202);
    },
  );
  return api;
}

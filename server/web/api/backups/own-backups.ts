import { createRoute } from "@hono/zod-openapi";
import type { OwnBackupId } from "../../../model/names/ids.ts";
import { routes } from "../../../routes.ts";
import { problemOf } from "../../http/problem.ts";
import { visitorOf } from "../../http/web-context.ts";
import { readPage } from "../read-page.ts";
import { type ApiNeeds, conflictAnswer, createApi, errorAnswers, json } from "../route-parts.ts";
import { listOf, pageQuery } from "../schemas/lists.ts";
import { ownBackupJson, ownBackupSchema } from "../schemas/own-backups.ts";

const tags = ["Backups"];

/** Endpoints for backups of Baton itself. */
export function createOwnBackupsApi({ endpoints, store, commands }: ApiNeeds) {
  const api = createApi();

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.ownBackups.get),
      ...{ tags, summary: "List the backups of Baton itself", request: { query: pageQuery } },
      responses: { 200: json("A page of backups, newest first", listOf(ownBackupSchema)), ...errorAnswers },
    }),
    async (c) => {
      const { limit, before } = c.req.valid("query");
      const { rows, next } = await readPage({ limit, before: before as OwnBackupId | undefined }, store.backups.own);
      return c.json({ items: rows.map(ownBackupJson), ...next }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.ownBackups.post),
      ...{ tags, summary: "Back up Baton itself" },
      description: "202 with the backup, which waits for its turn. 409 if one is not finished yet.",
      responses: { 202: json("The backup", ownBackupSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const outcome = await commands.backUpBaton(visitorOf(c).identity.name);
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.json(ownBackupJson(outcome.backup), 202);
    },
  );
  return api;
}

import { createRoute, z } from "@hono/zod-openapi";
import { type Backup, usualPlan } from "../../../model/backup.ts";
import type { BackupId } from "../../../model/names/ids.ts";
import { routes } from "../../../routes.ts";
import { onlyVisible } from "../../access/visible.ts";
import { noteDetail, noteProduct } from "../../http/audit.ts";
import { notFound, problemOf } from "../../http/problem.ts";
import { visitorOf, type WebContext } from "../../http/web-context.ts";
import { readPage } from "../read-page.ts";
import { type Api, type ApiNeeds, conflictAnswer, createApi, errorAnswers, json, jsonBody } from "../route-parts.ts";
import {
  backupJson,
  backupRequestSchema,
  backupSchema,
  planJson,
  planSchema,
  restoreJson,
  restoreRequestSchema,
  restoreSchema,
  shownPlanSchema,
} from "../schemas/backups.ts";
import { idParam } from "../schemas/ids.ts";
import { listOf, pageQuery } from "../schemas/lists.ts";

const tags = ["Backups"];

/** Endpoints for the data of products: backups, restores and schedules. */
export function createBackupsApi(needs: ApiNeeds) {
  const api = createApi();
  addLists(api, needs);
  addRequests(api, needs);
  addPlan(api, needs);
  return api;
}

function addLists(api: Api, needs: ApiNeeds): void {
  const { endpoints, store, catalog } = needs;
  const answer = { 200: json("A page of backups, newest first", listOf(backupSchema)), ...errorAnswers };

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.backups.get),
      ...{ tags, summary: "List the backups of all products", request: { query: pageQuery }, responses: answer },
    }),
    async (c) => {
      const { limit, before } = c.req.valid("query");
      const { rows, next } = await readPage({ limit, before: before as BackupId | undefined }, store.backups.list);
      const places = await catalog.placesWith(rows.map(({ installationId }) => installationId));
      const owners = new Map(places.map(({ installation, product }) => [installation.id, product.id]));
      const known = rows.filter(({ installationId }) => owners.has(installationId));
      const visible = onlyVisible(c, known, ({ installationId }) => owners.get(installationId) as never);
      return c.json({ items: visible.map(backupJson), ...next }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installationBackups.get),
      ...{ tags, summary: "List the backups of a product deployment" },
      ...{ request: { params: idParam, query: pageQuery }, responses: answer },
    }),
    async (c) => {
      const { installation } = await catalog.place(c.req.valid("param").id);
      const { limit, before } = c.req.valid("query");
      const list = (page: object) => store.backups.list({ installation: installation.id, ...page });
      const { rows, next } = await readPage({ limit, before: before as BackupId | undefined }, list);
      return c.json({ items: rows.map(backupJson), ...next }, 200);
    },
  );
}

function addRequests(api: Api, needs: ApiNeeds): void {
  const { endpoints, commands, catalog } = needs;

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installationBackups.post),
      ...{ tags, summary: "Back up the data of a product deployment" },
      description: "202 with the backups, which wait for their turn. 409 if nothing is live, or it keeps no data.",
      request: { params: idParam, body: jsonBody(backupRequestSchema, false) },
      responses: {
        202: json("The backups", z.object({ items: z.array(backupSchema) })),
        ...{ ...errorAnswers, ...conflictAnswer },
      },
    }),
    async (c) => {
      const { installation } = await catalog.place(c.req.valid("param").id);
      const service = c.req.valid("json")?.service ?? null;
      const by = visitorOf(c).identity.name;
      const outcome = await commands.backUp({ installation: installation.id, service, by });
      if (outcome.type === "refused") throw problemOf(outcome);
      noteDetail(c, outcome.backups.map((backup) => backup.service).join(", "));
      return c.json({ items: outcome.backups.map(backupJson) }, 202);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.backupRestore.post),
      ...{ tags, summary: "Restore a backup" },
      description:
        "202 with the restore, which waits for its turn. What it replaces is backed up first; if that fails, nothing is replaced.",
      request: { params: idParam, body: jsonBody(restoreRequestSchema) },
      responses: { 202: json("The restore", restoreSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const { id } = await backupOf(c, needs, c.req.valid("param").id);
      const { into } = c.req.valid("json");
      const outcome = await commands.restoreBackup(id, { into, by: visitorOf(c).identity.name });
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.json(restoreJson(outcome.restore), 202);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.backup.delete),
      ...{ tags, summary: "Remove the files of a backup", request: { params: idParam } },
      responses: { 204: { description: "Removed" }, ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const { id } = await backupOf(c, needs, c.req.valid("param").id);
      const outcome = await commands.removeBackup(id);
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.body(null, 204);
    },
  );
}

/** Asks for the right to restore the product's backups. Throws a Problem (404 or 403). */
async function backupOf(c: WebContext, { store, catalog, rights }: ApiNeeds, id: number): Promise<Backup> {
  const backup = await store.backups.get(id as BackupId);
  const [place] = backup ? await catalog.placesWith([backup.installationId]) : [];
  if (!backup || !place) throw notFound(`backup ${id}`);
  await rights.require(c, "restore", place.product, `backup ${id}`);
  noteProduct(c, place.product.slug, place.environment.name);
  noteDetail(c, `${backup.service}, of ${backup.createdAt.toISOString()}`);
  return backup;
}

function addPlan(api: Api, needs: ApiNeeds): void {
  const { endpoints, commands, store, catalog } = needs;
  const answer = { 200: json("The schedule", shownPlanSchema), ...errorAnswers };

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installationBackupPlan.get),
      ...{ tags, summary: "Get the backup schedule", request: { params: idParam }, responses: answer },
    }),
    async (c) => {
      const { installation } = await catalog.place(c.req.valid("param").id);
      return c.json(planJson((await store.backups.plan(installation.id)) ?? usualPlan), 200);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.installationBackupPlan.put),
      ...{ tags, summary: "Set the backup schedule" },
      ...{ request: { params: idParam, body: jsonBody(planSchema) }, responses: answer },
    }),
    async (c) => {
      const { installation } = await catalog.place(c.req.valid("param").id);
      const { encrypted, ...plan } = c.req.valid("json");
      const outcome = await commands.setBackupPlan(installation.id, { ...plan, isEncrypted: encrypted });
      if (outcome.type === "refused") throw problemOf(outcome);
      noteDetail(c, plan.cron === null ? "off" : `${plan.cron} (${plan.timezone})`);
      return c.json(planJson(outcome.plan), 200);
    },
  );
}

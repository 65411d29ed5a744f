import { createRoute, type z } from "@hono/zod-openapi";
import type { AuditEntry, AuditFilter } from "../../ports/store/access.ts";
import { routes } from "../../routes.ts";
import { visibleActivity } from "../access/visible.ts";
import { answerWithText } from "../streams/text-stream.ts";
import { readPage } from "./read-page.ts";
import { type ApiNeeds, createApi, errorAnswers, json, text } from "./route-parts.ts";
import { activityFilter, activityQuery, activitySchema } from "./schemas/activity.ts";
import { listOf } from "./schemas/lists.ts";

const exportPageSize = 500;

/** The audit log, in pages or complete for export. */
export function createActivityApi(needs: ApiNeeds) {
  const { store, endpoints } = needs;
  const api = createApi();

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.activity.get),
      tags: ["Activity"],
      summary: "List who did what, newest first",
      request: { query: activityQuery },
      responses: { 200: json("A page of the activity", listOf(activitySchema)), ...errorAnswers },
    }),
    async (c) => {
      const { limit, before, ...filter } = c.req.valid("query");
      const { rows, next } = await readPage({ limit, before }, (page) =>
        store.audit.list({ ...filter, ...visibleActivity(c), ...page }),
      );
      return c.json({ items: rows.map(entryJson), ...next }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.activityExport.get),
      tags: ["Activity"],
      summary: "Export all of the activity",
      description: "One JSON object a line, newest first.",
      request: { query: activityFilter },
      responses: { 200: text("JSON Lines"), ...errorAnswers },
    }),
    async (c) => {
      const filter = { ...c.req.valid("query"), ...visibleActivity(c) };
      const produce = async (write: (text: string) => Promise<void>) => {
        for await (const page of pagesOf(filter)) {
          await write(page.map((entry) => `${JSON.stringify(entryJson(entry))}\n`).join(""));
        }
      };
      return answerWithText(c, needs, produce, "application/jsonl; charset=utf-8");
    },
  );

  async function* pagesOf(filter: AuditFilter) {
    for (let before: number | undefined; ; ) {
      const page = await store.audit.list({
        ...filter,
        limit: exportPageSize,
        ...(before !== undefined && { before }),
      });
      yield page;
      before = page.at(-1)?.id;
      if (page.length < exportPageSize) return;
    }
  }

  return api;
}

function entryJson({ at, deploymentId, ...entry }: AuditEntry): z.infer<typeof activitySchema> {
  const { id, who, what, subject, detail, address } = entry;
  return { id, at: at.toISOString(), who, what, subject, detail, deployment: deploymentId, address };
}

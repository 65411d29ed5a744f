import { createRoute, type z } from "@hono/zod-openapi";
import type { AuditEntry, AuditFilter } from "../../ports/store/access.ts";
import type { Endpoint } from "../../route.ts";
import { routes } from "../../routes.ts";
import { csvLine } from "../../rules/wording/csv-line.ts";
import { visibleActivity } from "../access/visible.ts";
import { answerWithText } from "../streams/text-stream.ts";
import { readPage } from "./read-page.ts";
import { type ApiNeeds, createApi, errorAnswers, json, text } from "./route-parts.ts";
import { activityFilter, activityQuery, activitySchema, auditFilterOf } from "./schemas/activity.ts";
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
        store.audit.list({ ...auditFilterOf(filter), ...visibleActivity(c), ...page }),
      );
      return c.json({ items: rows.map(entryJson), ...next }, 200);
    },
  );

  const addExport = (endpoint: Endpoint, name: string, format: ExportFormat) =>
    api.openapi(
      createRoute({
        ...endpoints.api(endpoint),
        tags: ["Activity"],
        summary: `Export all of the activity as ${name}`,
        description: format.description,
        request: { query: activityFilter },
        responses: { 200: text(name), ...errorAnswers },
      }),
      async (c) => {
        const filter = { ...auditFilterOf(c.req.valid("query")), ...visibleActivity(c) };
        const produce = async (write: (text: string) => Promise<void>) => {
          await write(format.head);
          for await (const page of pagesOf(filter)) await write(page.map(format.lineOf).join(""));
        };
        c.header("Content-Disposition", `attachment; filename="${endpoint.path.split("/").at(-1)}"`);
        return answerWithText(c, needs, produce, format.type);
      },
    );

  addExport(routes.api.activityExport.get, "JSON lines", jsonLines);
  addExport(routes.api.activityTable.get, "CSV", csv);

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

interface ExportFormat {
  readonly type: string;
  readonly description: string;
  readonly head: string;
  lineOf(entry: AuditEntry): string;
}

const jsonLines: ExportFormat = {
  type: "application/jsonl; charset=utf-8",
  description: "One JSON object a line, newest first.",
  head: "",
  lineOf: (entry) => `${JSON.stringify(entryJson(entry))}\n`,
};

const columns = ["id", "at", "who", "token", "what", "subject", "product", "detail", "deployment", "address"] as const;

const csv: ExportFormat = {
  type: "text/csv; charset=utf-8",
  description:
    "A table for spreadsheets, newest first. What a spreadsheet would take for a formula begins with a quote.",
  head: csvLine(columns),
  lineOf(entry) {
    const told = entryJson(entry);
    return csvLine(columns.map((column) => told[column]));
  },
};

function entryJson({ at, deploymentId, ...entry }: AuditEntry): z.infer<typeof activitySchema> {
  const { id, who, token, what, subject, product, detail, address } = entry;
  return { id, at: at.toISOString(), who, token, what, subject, product, detail, deployment: deploymentId, address };
}

import { z } from "@hono/zod-openapi";
import type { AuditFilter } from "../../../ports/store/access.ts";
import { pageQuery, unlessEmpty } from "./lists.ts";

export const activitySchema = z
  .object({
    id: z.number(),
    at: z.string().openapi({ format: "date-time" }),
    who: z.string().openapi({ description: "The name of a person, or of the server's own token" }),
    token: z
      .string()
      .nullable()
      .openapi({ description: "The name of the person's token, if one was used", example: "ci" }),
    what: z.string().openapi({ example: "changed the settings of" }),
    subject: z.string().openapi({ example: "shop #12" }),
    product: z.string().nullable().openapi({ description: "The product that it was done to", example: "shop" }),
    detail: z.string().nullable().openapi({
      description: "What changed, before and after: names of variables, hosts, settings; never a secret value",
      example: "branch: main → develop",
    }),
    deployment: z.number().nullable(),
    address: z.string().openapi({ description: "The network address the request came from" }),
  })
  .openapi("Activity");

const day = /^\d{4}-\d\d-\d\d$/;
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;
const momentRule = "enter a day such as 2026-11-30, or a time such as 2026-11-30T09:00:00Z";

const momentText = z
  .string()
  .max(40, momentRule)
  .refine((text) => readMoment(text) !== null, momentRule);

/** A day begins at midnight UTC. Null for what is no time. */
function readMoment(text: string): Date | null {
  if (!day.test(text) && !moment.test(text)) return null;
  const read = new Date(text);
  // February 30 would be a day in March.
  const isReal = !Number.isNaN(read.getTime()) && (!day.test(text) || read.toISOString().startsWith(text));
  return isReal ? read : null;
}

const optionalText = unlessEmpty(z.string().max(200).optional());

export const activityFilter = z.object({
  product: optionalText.openapi({ description: "Only actions on this product" }),
  who: optionalText.openapi({
    description: "Only actions of the person, or of the server's own token, with this name",
  }),
  token: optionalText.openapi({ description: "Only actions with a person's token of this name", example: "ci" }),
  what: optionalText.openapi({ description: "Only this action, in the words of the list", example: "redeployed" }),
  search: optionalText.openapi({
    description: "Only entries in which each of these words begins a word",
    example: "database_url",
  }),
  from: unlessEmpty(momentText.optional()).openapi({ description: "From this time on, or this day (UTC)" }),
  to: unlessEmpty(momentText.optional()).openapi({ description: "Before this time, or to the end of this day (UTC)" }),
});

export const activityQuery = pageQuery.extend(activityFilter.shape);

const dayMs = 86_400_000;

/** What a checked query asks the store for. */
export function auditFilterOf({ search, from, to, ...exact }: z.infer<typeof activityFilter>): AuditFilter {
  const end = to === undefined ? null : readMoment(to);
  return {
    ...exact,
    text: search,
    from: (from !== undefined && readMoment(from)) || undefined,
    to: end === null || to === undefined ? undefined : day.test(to) ? new Date(end.getTime() + dayMs) : end,
  };
}

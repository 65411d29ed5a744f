import { z } from "@hono/zod-openapi";
import { pageQuery, unlessEmpty } from "./lists.ts";

export const activitySchema = z
  .object({
    id: z.number(),
    at: z.string().openapi({ format: "date-time" }),
    who: z.string().openapi({ description: "The name of the token" }),
    what: z.string().openapi({ example: "redeployed" }),
    subject: z.string().openapi({ example: "shop #12" }),
    detail: z.string().nullable().openapi({ description: "Names of variables or hosts; never a value" }),
    deployment: z.number().nullable(),
    address: z.string().openapi({ description: "The network address the request came from" }),
  })
  .openapi("Activity");

export const activityFilter = z.object({
  product: unlessEmpty(z.string().max(200).optional()).openapi({ description: "Only actions on this product" }),
  who: unlessEmpty(z.string().max(200).optional()).openapi({ description: "Only actions with this token" }),
});

export const activityQuery = pageQuery.extend(activityFilter.shape);

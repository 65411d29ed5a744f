import { z } from "@hono/zod-openapi";
import { parseSlug, pushWatches, slugRule } from "../../../../model/product.ts";
import { gitName, repository } from "../git-names.ts";
import { id, time } from "../ids.ts";
import { newWebhookSchema, webhookSchema } from "./sources.ts";

const watchWords =
  "`wait`: git push ends when the watch window is over; `background`: as soon as the new version is live";

const hidesLogsWords = "Whether viewers may not read what its services print, here and in deployments that failed";

export const productSchema = z
  .object({
    id,
    name: z.string().openapi({ description: "The slug, used in URLs, host names and git push", example: "my-app" }),
    displayName: z.string().openapi({ example: "My App" }),
    repository: z
      .string()
      .nullable()
      .openapi({ description: "The URL the source is fetched from; null: it is pushed to Baton" }),
    branch: z
      .string()
      .nullable()
      .openapi({ description: "The branch that production tracks; null until the first push" }),
    watch: z.enum(pushWatches).openapi({ description: watchWords }),
    hidesLogs: z.boolean().openapi({ description: hidesLogsWords }),
    variables: z
      .array(z.string())
      .openapi({ description: "Names of the variables that all its product deployments share" }),
    gitUrl: z.string().openapi({ description: "The URL to push to; the token is the password" }),
    productDeployments: z.array(z.object({ id, environment: z.string() })),
    webhook: webhookSchema,
    createdAt: time,
  })
  .openapi("Product");

export const createdProductSchema = productSchema.extend({ webhook: newWebhookSchema });

export const newProductSchema = z.strictObject({
  name: z
    .string()
    .refine((name) => parseSlug(name) !== null, slugRule)
    .openapi({ description: slugRule, example: "my-app" }),
  repository: repository.nullable().optional(),
  branch: gitName.optional(),
});

export const productChangesSchema = z.strictObject({
  repository: repository.nullable().optional(),
  branch: gitName.optional(),
  watch: z.enum(pushWatches, 'enter "wait" or "background"').optional().openapi({ description: watchWords }),
  hidesLogs: z.boolean("enter true or false").optional().openapi({ description: hidesLogsWords }),
});

export const deleteOptionsSchema = z.strictObject({
  volumes: z
    .enum(["keep", "delete"], 'enter "keep" or "delete"')
    .default("keep")
    .openapi({ description: "Whether its data is kept or deleted" }),
});

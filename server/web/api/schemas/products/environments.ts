import { z } from "@hono/zod-openapi";
import { isHostName } from "../../../../model/names/host-name.ts";
import { environmentNameRule, isEnvironmentName } from "../../../../model/product.ts";
import { gitName } from "../git-names.ts";
import { id } from "../ids.ts";

export const environmentSchema = z
  .object({
    id,
    name: z.string().openapi({ example: "production" }),
    domain: z.string(),
    branch: z
      .string()
      .nullable()
      .openapi({ description: "The branch that new product deployments in it track; null: each product's own" }),
  })
  .openapi("Environment", { description: "Where products are installed. Apps are served below its domain" });

export const newEnvironmentSchema = z.strictObject({
  name: z
    .string()
    .refine(isEnvironmentName, environmentNameRule)
    .openapi({ description: environmentNameRule, example: "staging" }),
  domain: z
    .string()
    .refine(isHostName, "enter a host name in lower case, such as staging.example.com")
    .nullable()
    .optional()
    .openapi({ description: "Apps are served below it; if omitted, below the server's own" }),
  branch: gitName.nullable().optional().openapi({ description: "The branch that new product deployments in it track" }),
  copyFrom: z.string().nullable().optional().openapi({
    description:
      "The name of an environment. Its products are also installed in the new one, with their settings and the variables that are not secret",
    example: "production",
  }),
});

export const newEnvironmentAnswerSchema = environmentSchema
  .extend({
    copied: z
      .array(
        z.object({
          product: z.string(),
          refused: z
            .string()
            .nullable()
            .openapi({ description: "Why it could not be installed; null: it was installed" }),
          secrets: z
            .array(z.string())
            .openapi({ description: "Names of variables that were not copied because they are secret" }),
        }),
      )
      .openapi({ description: "The result for each product of the copied environment" }),
  })
  .openapi("NewEnvironment");

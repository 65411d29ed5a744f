import { z } from "@hono/zod-openapi";
import { variableNameFault, variableNamePattern, variableValueFault } from "../../../../model/values/variable.ts";

export const variableSchema = z
  .object({
    name: z.string().openapi({ example: "LOG_LEVEL" }),
    secret: z.boolean(),
    value: z.string().nullable().openapi({ description: "Null: it is secret and never sent back" }),
    atBuild: z.boolean().nullable().openapi({ description: "Whether builds get it too; null: decided by its name" }),
    writeOnly: z.boolean().openapi({ description: "Whether it is a secret that can't be revealed, only replaced" }),
    shared: z.boolean().openapi({ description: "Whether all product deployments of the product get it" }),
    from: z.enum(["installation", "product", "environment"]).openapi({
      description: "Where it is set. A product deployment's own wins over its product's, then its environment's",
    }),
  })
  .openapi("Variable");

export const variableName = z
  .string()
  .regex(variableNamePattern, { error: ({ input }) => variableNameFault(String(input)) });

export const variableValue = z.string("enter a string as the value").superRefine((value, context) => {
  const fault = variableValueFault(value);
  if (fault) context.addIssue({ code: "custom", message: `the value ${fault}` });
});

export const variableChangesSchema = z.strictObject({
  set: z.record(variableName, variableValue).default({}),
  unset: z.array(variableName).default([]),
  atBuild: z.record(variableName, z.boolean("enter true, false or null").nullable()).default({}).openapi({
    description: "Whether builds get them too; null: decided by name (NEXT_PUBLIC_…, VITE_… and the like)",
  }),
  secret: z.record(variableName, z.boolean("enter true or false")).default({}).openapi({
    description:
      "Whether the value is hidden in answers and logs. New variables are secret unless this is false. A secret variable becomes visible only together with a new value in `set`",
  }),
  writeOnly: z.record(variableName, z.boolean("enter true or false")).default({}).openapi({
    description:
      "Whether it is a secret that can't even be revealed. It becomes readable only together with a new value in `set`",
  }),
});

export const revealedSchema = z
  .object({ name: z.string(), value: z.string().openapi({ description: "As it was entered, references included" }) })
  .openapi("RevealedVariable");

import { z } from "@hono/zod-openapi";
import { serviceAspects } from "../../../rules/settings/version-changes.ts";
import { id } from "./ids.ts";
import { unlessEmpty } from "./lists.ts";

const versionSchema = z.object({
  id,
  number: id,
  commit: z.object({ sha: z.string(), message: z.string() }),
});

const names = z.array(z.string());

export const changesSchema = z
  .object({
    from: versionSchema,
    to: versionSchema,
    sameCommit: z.boolean(),
    variables: z
      .object({ added: names, removed: names, changed: names })
      .openapi({ description: "Names only; `changed`: the value differs" }),
    services: z.object({
      added: names,
      removed: names,
      changed: z.array(z.object({ name: z.string(), what: z.array(z.enum(serviceAspects)) })),
    }),
  })
  .openapi("Changes", { description: "How a deployment differs from an earlier one" });

export const changesQuery = z.object({
  from: unlessEmpty(z.coerce.number("enter a deployment's id").int().positive().optional()).openapi({
    description: "The id of the deployment to compare with, of the same product deployment; if omitted, the live one",
  }),
});

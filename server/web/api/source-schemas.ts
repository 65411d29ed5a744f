import { z } from "@hono/zod-openapi";
import { outcomes } from "../../ports/deliveries.ts";
import { pathPatternProblem } from "../../rules/path-filter.ts";
import { parseRootDirectory } from "../../rules/root-directory.ts";

/** What the API takes and gives about repositories, webhooks and the ledger. */

const time = z.iso.datetime();

export const webhookSchema = z.object({
  url: z.string().openapi({ example: "https://baton.example.com/webhooks/github/my-app" }),
});

export const newWebhookSchema = webhookSchema.extend({
  secret: z.string().openapi({ description: "Shown this once" }),
});

const reportsSchema = z
  .strictObject({ status: z.boolean(), deployment: z.boolean(), comment: z.boolean() })
  .openapi({ description: "What is told there when there is a token" });

export const sourceSchema = z
  .object({
    repository: z.string().nullable(),
    rootDirectory: z.string().openapi({ description: "The folder that the product is made of; empty: all" }),
    paths: z.array(z.string()).openapi({
      description:
        "Only pushes that change one of these deploy; none: all do. The last that matches decides: `!docs/**` takes out",
    }),
    pollMinutes: z.int().nullable(),
    polledAt: time.nullable(),
    hasToken: z.boolean(),
    deployKey: z.string().nullable().openapi({ description: "To be added to the repository's deploy keys" }),
    hostKey: z.string().nullable().openapi({ description: "The key that the ssh host showed at the first fetch" }),
    pingedAt: time.nullable().openapi({ description: "The webhook's last ping with the right signature" }),
    reports: reportsSchema,
    trouble: z.string().nullable().openapi({ description: "Why the forge could not be told the newest state" }),
    webhook: webhookSchema,
  })
  .openapi("Source", { description: "Where a product's code comes from" });

function checkPattern(pattern: string, context: z.RefinementCtx): void {
  const problem = pathPatternProblem(pattern);
  if (problem !== null) context.addIssue({ code: "custom", message: problem });
}

export const sourceChangesSchema = z.strictObject({
  rootDirectory: z
    .string()
    .transform((text, context): string => {
      const folder = parseRootDirectory(text);
      if (folder !== null) return folder;
      context.addIssue("enter a folder of the repository");
      return z.NEVER;
    })
    .optional(),
  paths: z
    .array(z.string().trim().min(1, "is empty").max(200, "is longer than 200 characters").superRefine(checkPattern))
    .max(50, "at most 50 patterns")
    .optional(),
  pollMinutes: z
    .int("enter a whole number of minutes")
    .min(1, "at least 1 minute")
    .max(1_440, "at most 1440 minutes, a day")
    .nullable()
    .optional(),
  token: z
    .string()
    .regex(/^[\x21-\x7e]{1,500}$/, "a token has visible characters only")
    .nullable()
    .optional()
    .openapi({ description: "For private repositories by https, and to tell the forge; never sent back" }),
  hostKey: z.null().optional().openapi({ description: "Forget the key of the ssh host" }),
  reports: reportsSchema.optional(),
});

export const deployKeySchema = z.object({
  deployKey: z.string().openapi({ example: "ssh-ed25519 AAAA… baton-my-app" }),
});

export const judgedSchema = z.object({
  outcome: z.enum(outcomes),
  verdict: z.string().openapi({ description: "In words" }),
  deploymentIds: z.array(z.int()),
});

export const deliveryAnswerSchema = z.object({
  ...judgedSchema.pick({ outcome: true, verdict: true }).shape,
  deploymentId: z.int().optional().openapi({ description: "The first of them" }),
  deploymentIds: z.array(z.int()).optional(),
});

export const deliverySchema = judgedSchema
  .extend({
    id: z.int(),
    at: time,
    via: z.string().openapi({ description: "A forge, or `baton` itself, when it looked" }),
    deliveryId: z.string().nullable(),
    event: z.string(),
    commit: z.string().nullable(),
    again: z.int().nullable().openapi({ description: "The delivery that this one judged once more" }),
  })
  .openapi("Delivery");

export const deliveryDetailSchema = deliverySchema.extend({
  headers: z.record(z.string(), z.string()).nullable().openapi({ description: "Without secrets" }),
  body: z.string().nullable().openapi({ description: "Without secrets, cut; null: not kept" }),
  bodyBytes: z.int().nullable(),
});

export const deliveryParam = z.object({
  product: z.string(),
  id: z.coerce.number("enter a number").int("enter a whole number").positive("enter a positive number"),
});

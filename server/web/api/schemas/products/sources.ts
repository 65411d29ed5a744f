import { z } from "@hono/zod-openapi";
import { outcomes } from "../../../../ports/store/deliveries.ts";
import { parseRootDirectory } from "../../../../rules/settings/root-directory.ts";
import { pathPatternProblem } from "../../../../rules/webhooks/path-filter.ts";
import { idInPath } from "../ids.ts";

/** Schemas for repositories, webhooks and deliveries. */

const time = z.iso.datetime();

export const webhookSchema = z.object({
  url: z.string().openapi({ example: "https://baton.example.com/webhooks/github/my-app" }),
});

export const newWebhookSchema = webhookSchema.extend({
  secret: z.string().openapi({ description: "Shown only once" }),
});

const reportsSchema = z
  .strictObject({ status: z.boolean(), deployment: z.boolean(), comment: z.boolean() })
  .openapi({ description: "What Baton reports to the forge; needs a token" });

export const sourceSchema = z
  .object({
    repository: z.string().nullable(),
    rootDirectory: z.string().openapi({ description: "The folder of the repository to deploy; empty: all of it" }),
    paths: z.array(z.string()).openapi({
      description:
        "Only pushes that change a file matching one of these deploy; empty: all do. The last match decides; `!docs/**` excludes",
    }),
    pollMinutes: z.int().nullable(),
    polledAt: time.nullable(),
    hasToken: z.boolean(),
    deployKey: z.string().nullable().openapi({ description: "Add it to the repository's deploy keys" }),
    hostKey: z.string().nullable().openapi({ description: "The key that the SSH host presented at the first fetch" }),
    pingedAt: time.nullable().openapi({ description: "When the webhook last sent a ping with a valid signature" }),
    reports: reportsSchema,
    trouble: z.string().nullable().openapi({ description: "Why the latest state could not be reported to the forge" }),
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
      context.addIssue("enter a folder in the repository");
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
    .regex(/^[\x21-\x7e]{1,500}$/, "a token has only visible ASCII characters")
    .nullable()
    .optional()
    .openapi({ description: "For private repositories over https, and for reporting to the forge; never sent back" }),
  hostKey: z.null().optional().openapi({ description: "Send null to forget the key of the SSH host" }),
  reports: reportsSchema.optional(),
});

export const deployKeySchema = z.object({
  deployKey: z.string().openapi({ example: "ssh-ed25519 AAAA… baton-my-app" }),
});

export const judgedSchema = z.object({
  outcome: z.enum(outcomes),
  verdict: z.string().openapi({ description: "The outcome in words" }),
  deploymentIds: z.array(z.int()),
});

export const deliveryAnswerSchema = z.object({
  ...judgedSchema.pick({ outcome: true, verdict: true }).shape,
  deploymentId: z.int().optional().openapi({ description: "The first of deploymentIds" }),
  deploymentIds: z.array(z.int()).optional(),
});

export const deliverySchema = judgedSchema
  .extend({
    id: z.int(),
    at: time,
    via: z.string().openapi({ description: "A forge, or `baton` if it checked the repository itself" }),
    deliveryId: z.string().nullable(),
    event: z.string(),
    commit: z.string().nullable(),
    again: z.int().nullable().openapi({ description: "The delivery that this one processed again" }),
  })
  .openapi("Delivery");

export const deliveryDetailSchema = deliverySchema.extend({
  headers: z.record(z.string(), z.string()).nullable().openapi({ description: "Without secrets" }),
  body: z.string().nullable().openapi({ description: "Without secrets, and cut if long; null: not kept" }),
  bodyBytes: z.int().nullable(),
});

export const deliveryParam = z.object({
  product: z.string(),
  id: idInPath,
});

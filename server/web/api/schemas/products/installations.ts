import { z } from "@hono/zod-openapi";
import { mostReplicas } from "../../../../model/scaling.ts";
import { gitName } from "../git-names.ts";
import { id, wholeNumber } from "../ids.ts";
import { unlessEmpty } from "../lists.ts";
import { serviceName, setSchema } from "./service-settings.ts";

const serviceSchema = z.object({
  name: z.string(),
  kind: z.enum(["web", "tcp", "worker", "init"]),
  kindReason: z.string().nullable().openapi({ description: "Why Baton chose this kind: `publishes port 3000`" }),
  status: z.enum(["starting", "running", "unhealthy", "crashed", "stopped", "exited"]),
  trouble: z.string().optional().openapi({
    description: "What is wrong with it, or was within the last ten minutes",
    example: "web keeps crashing. It restarted 5 times in 10 minutes, last exit code 1.",
  }),
  url: z.string().optional(),
  replicas: z.int().openapi({ description: "How many of it should run" }),
  instances: z
    .array(
      z.object({
        id: z.string().nullable().openapi({ description: "The container's id; null while it has none" }),
        replica: z.int().openapi({ description: "Its number, from 1; the app finds it in BATON_REPLICA" }),
        status: z.enum(["starting", "running", "unhealthy", "crashed", "stopped", "exited"]),
        machine: z.string().nullable().openapi({ description: "The machine that it runs on; null: Baton's own" }),
        startedAt: z.iso.datetime().nullable(),
        restarts: z.int().openapi({ description: "How often it was restarted after a crash" }),
      }),
    )
    .openapi({ description: "Its replicas" }),
});

export const installationSchema = z
  .object({
    id,
    product: z.string(),
    environment: z.string(),
    environmentId: id,
    branch: z.string().nullable(),
    urls: z.array(z.string()).openapi({
      description: "Where it is served now, the most important first",
      example: ["http://my-app.localhost:8080"],
    }),
    status: z.enum(["empty", "running", "degraded", "stopped"]),
    live: id.nullable().openapi({ description: "The id of the live deployment; null: none" }),
    variables: z
      .array(z.string())
      .openapi({ description: "Names of its own variables and its product's; values are never sent back" }),
    pendingVariables: z
      .array(z.string())
      .openapi({ description: "Names of variables whose value differs from the live deployment's" }),
    domains: z
      .array(z.object({ host: z.string(), service: z.string() }))
      .openapi({ description: "Custom domains of its services" }),
    serviceSettings: z
      .array(setSchema)
      .openapi({ description: "Settings of its services; null: not set. Settings in the repository take precedence" }),
    scaling: z
      .array(z.object({ service: z.string(), replicas: z.int().nullable(), sticky: z.boolean().nullable() }))
      .openapi({
        description: "How often services run, where it was set here. It takes precedence over the repository",
      }),
    pendingSettings: z
      .array(z.string())
      .openapi({ description: "Names of services whose settings differ from the live deployment's" }),
    stacks: z.array(z.object({ name: z.string(), displayName: z.string(), services: z.array(serviceSchema) })),
  })
  .openapi("ProductDeployment", {
    description: "A product installed in an environment, with the state of its services",
  });

export const newInstallationSchema = z.strictObject({
  product: z.string().openapi({ description: "The product's slug", example: "my-app" }),
  environment: z.string().openapi({ description: "The environment's name", example: "staging" }),
  branch: gitName
    .optional()
    .openapi({ description: "The branch to deploy; if omitted, the environment's branch, or the one pushed first" }),
});

export const installationChangesSchema = z.strictObject({ branch: gitName.optional() });

const replicasRule = `enter a whole number from 1 to ${mostReplicas}`;

export const scaleSchema = z.strictObject({
  service: serviceName,
  replicas: z
    .int(replicasRule)
    .min(1, replicasRule)
    .max(mostReplicas, replicasRule)
    .nullable()
    .optional()
    .openapi({ description: "How many of it run; null: as many as the repository says, or one", example: 3 }),
  sticky: z
    .boolean()
    .nullable()
    .optional()
    .openapi({ description: "Whether a visitor comes back to the same replica, by a cookie" }),
});

export const domainsSchema = z.strictObject({
  service: serviceName,
  domains: z
    .array(z.string().max(2_000))
    .max(50)
    .openapi({
      description:
        "URLs, capitals and letters such as ü are accepted too; the response holds each domain as DNS writes it",
      example: ["shop.example.com"],
    }),
});

export const containerLogQuery = z.object({
  service: unlessEmpty(z.string().optional()).openapi({
    description: "If omitted: all services, with the service's name on each line",
  }),
  replica: unlessEmpty(wholeNumber(1, mostReplicas).optional()).openapi({
    description: "One replica's lines only, by its number",
  }),
  tail: unlessEmpty(wholeNumber(0, 10_000).default(200)),
  follow: unlessEmpty(z.enum(["true", "false", "1", "0"], "enter true or false").default("false")),
});

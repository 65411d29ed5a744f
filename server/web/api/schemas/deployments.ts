import { z } from "@hono/zod-openapi";
import { deploymentStatuses, stages, triggerKinds } from "../../../model/deployment/deployment.ts";
import { stackStatuses } from "../../../model/deployment/event.ts";
import { gitName } from "./git-names.ts";
import { id, time, wholeNumber } from "./ids.ts";
import { unlessEmpty } from "./lists.ts";

const failureSchema = z.object({
  stage: z.enum(stages),
  service: z.string().nullable(),
  message: z.string().openapi({ description: "What happened" }),
  hint: z.string().nullable().openapi({ description: "The likely cause, and what to do" }),
  lastLines: z.array(z.string()),
  exitCode: z.int().nullable(),
  outOfMemory: z.boolean(),
  lastProbe: z.string().nullable(),
  served: z.object({ ms: z.number(), backTo: z.int().nullable() }).nullable().openapi({
    description:
      "How long users were served the failed version, and the number of the deployment that traffic moved back to",
  }),
});

const stackProgressSchema = z.object({
  name: z.string(),
  displayName: z.string(),
  status: z.enum(stackStatuses),
  phase: z.string().nullable(),
  percent: z.number().min(0).max(100),
  serviceCount: z.int(),
  servicesDone: z.int(),
  currentService: z.string().nullable(),
  message: z.string().nullable().openapi({ description: "Why it failed: `rolled back: api failed`" }),
});

export const deploymentSchema = z
  .object({
    id,
    number: id.openapi({ description: "1, 2, 3 … per product deployment" }),
    product: z.string(),
    productDeployment: id,
    environment: z.string(),
    status: z.enum(deploymentStatuses),
    live: z.boolean().openapi({ description: "Whether this deployment is the live one" }),
    readyAt: time.nullable().openapi({ description: "Once set, this version can be made live again" }),
    reason: z.string().nullable().openapi({ description: "Why it is `stopped`" }),
    stoppedBy: z
      .string()
      .nullable()
      .openapi({ description: "Who cancelled or stopped it, if a person did", example: "Ada (token ci)" }),
    failure: failureSchema.nullable(),
    trigger: z.enum(triggerKinds),
    by: z.string().nullable(),
    ref: z.string().nullable(),
    commit: z.object({ sha: z.string(), message: z.string(), author: z.string() }).nullable(),
    fresh: z
      .boolean()
      .openapi({ description: "Whether it is a product redeploy: images are pulled again and all services replaced" }),
    source: id.nullable().openapi({ description: "For redeploys: the id of the deployment whose version it uses" }),
    dataBefore: id.nullable().openapi({
      description: "For redeploys with their data: the deployment whose backups are restored",
    }),
    queue: z.object({ position: z.int(), waitingFor: z.string() }).nullable(),
    stacks: z.array(stackProgressSchema),
    createdAt: time,
    startedAt: time.nullable(),
    liveAt: time.nullable(),
    finishedAt: time.nullable(),
  })
  .openapi("Deployment", { description: "One attempt to make a version live" });

export const rebuildingSchema = deploymentSchema.extend({
  rebuild: z.boolean().openapi({ description: "The images are gone, so the exact commit is rebuilt" }),
});

export const deployRequestSchema = z.strictObject({
  ref: gitName.optional().openapi({ description: "A branch or tag" }),
  commit: gitName
    .optional()
    .openapi({ description: "A commit id; with `ref`, the commit must be part of that branch or tag" }),
});

export const redeployRequestSchema = z.strictObject({
  variables: z
    .enum(["then", "now"], 'enter "then" or "now"')
    .default("then")
    .openapi({ description: "Use the variables that the version had, or the current ones" }),
});

const dataFactsSchema = z.object({ tables: z.int().nullable(), rows: z.int().nullable(), estimate: z.boolean() });

export const dataThenSchema = z
  .object({
    possible: z.boolean(),
    reason: z.string().nullable().openapi({ description: "Why it is not possible" }),
    before: id.nullable().openapi({ description: "The deployment that first changed the data after this version" }),
    services: z.array(
      z.object({
        service: z.string(),
        backup: id,
        since: time.openapi({ description: "Everything that was written since then would be lost" }),
        inBackup: dataFactsSchema.nullable(),
        now: dataFactsSchema.nullable().openapi({ description: "Null if the service does not say" }),
      }),
    ),
    left: z.array(z.string()).openapi({ description: "Services whose data would stay as it is now" }),
  })
  .openapi("DataThen", { description: "The data that a former version last ran on" });

export const logQuery = z.object({
  stack: unlessEmpty(z.string().optional()),
  service: unlessEmpty(z.string().optional()).openapi({
    description: "Only the output and the checks of this service",
  }),
});

export const afterQuery = z.object({
  after: unlessEmpty(wholeNumber(0).default(0)).openapi({
    description: "Replay the events after this one",
  }),
});

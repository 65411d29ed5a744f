import { z } from "@hono/zod-openapi";
import { deploymentStatuses, stages, triggerKinds } from "../../model/deployment/deployment.ts";
import { stackStatuses } from "../../model/deployment/event.ts";
import { isHostName } from "../../model/names/host-name.ts";
import { isRefName } from "../../model/names/ref-name.ts";
import { longestServiceName, serviceNamePattern } from "../../model/names/service-name.ts";
import { environmentNameRule, isEnvironmentName, parseSlug, pushWatches, slugRule } from "../../model/product.ts";
import { parseDurationMs } from "../../model/values/duration.ts";
import { parseMemoryBytes } from "../../model/values/memory-size.ts";
import { variableNameFault, variableNamePattern, variableValueFault } from "../../model/values/variable.ts";
import { serviceAspects } from "../../rules/settings/version-changes.ts";
import { newWebhookSchema, webhookSchema } from "./products/source-schemas.ts";

/** What the API takes and gives. The same schemas check requests and make /api/openapi.json. */

const time = z.iso.datetime().openapi({ example: "2026-01-31T12:00:00.000Z" });
const id = z.int().positive();

export const errorSchema = z
  .object({
    error: z.object({
      code: z.string().openapi({ description: "For programs", example: "not_found" }),
      message: z.string().openapi({ description: "One sentence for people" }),
    }),
  })
  .openapi("Error");

export const healthSchema = z
  .object({
    status: z.enum(["ok", "unavailable"]),
    database: z.string(),
    docker: z.string(),
    caddy: z.string(),
  })
  .openapi("Health", { description: "Each part is `ok` or says what is wrong" });

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

const watchWords =
  "`wait`: git push ends when the watch window is over; `background`: as soon as the new version is live";

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

export const variableSchema = z
  .object({
    name: z.string().openapi({ example: "LOG_LEVEL" }),
    secret: z.boolean(),
    value: z.string().nullable().openapi({ description: "Null: it is secret and never sent back" }),
    atBuild: z.boolean().nullable().openapi({ description: "Whether builds get it too; null: decided by its name" }),
    shared: z.boolean().openapi({ description: "Whether all product deployments of the product get it" }),
  })
  .openapi("Variable");

const serviceSchema = z.object({
  name: z.string(),
  kind: z.enum(["web", "tcp", "worker", "init"]),
  kindReason: z.string().nullable().openapi({ description: "Why Baton chose this kind: `publishes port 3000`" }),
  status: z.enum(["starting", "running", "unhealthy", "crashed", "stopped", "exited"]),
  url: z.string().optional(),
});

const setSchema = z.object({
  service: z.string(),
  health: z.object({
    path: z.string().nullable(),
    interval: z.string().nullable().openapi({ example: "1s" }),
    tryTimeout: z.string().nullable(),
    timeout: z.string().nullable(),
    successes: z.int().nullable(),
  }),
  memory: z.string().nullable().openapi({ example: "512m" }),
  cpus: z.number().nullable(),
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
    pendingSettings: z
      .array(z.string())
      .openapi({ description: "Names of services whose settings differ from the live deployment's" }),
    stacks: z.array(z.object({ name: z.string(), displayName: z.string(), services: z.array(serviceSchema) })),
  })
  .openapi("ProductDeployment", {
    description: "A product installed in an environment, with the state of its services",
  });

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
    failure: failureSchema.nullable(),
    trigger: z.enum(triggerKinds),
    by: z.string().nullable(),
    ref: z.string().nullable(),
    commit: z.object({ sha: z.string(), message: z.string(), author: z.string() }).nullable(),
    fresh: z
      .boolean()
      .openapi({ description: "Whether it is a product redeploy: images are pulled again and all services replaced" }),
    source: id.nullable().openapi({ description: "For redeploys: the id of the deployment whose version it uses" }),
    queue: z.object({ position: z.int(), waitingFor: z.string() }).nullable(),
    stacks: z.array(stackProgressSchema),
    createdAt: time,
    startedAt: time.nullable(),
    liveAt: time.nullable(),
    finishedAt: time.nullable(),
  })
  .openapi("Deployment", { description: "One attempt to make a version live" });

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

export const rebuildingSchema = deploymentSchema.extend({
  rebuild: z.boolean().openapi({ description: "The images are gone, so the exact commit is rebuilt" }),
});

export const productRedeploySchema = z
  .object({
    success: z.boolean(),
    message: z.string().openapi({ example: "Product redeployed successfully" }),
    stackResults: z.array(
      z.object({
        stackName: z.string().openapi({ description: "`<product>-<stack>`", example: "shop-backend" }),
        stackDisplayName: z.string().openapi({ example: "Backend" }),
        serviceCount: z.int(),
        success: z.boolean(),
        error: z.string().optional(),
      }),
    ),
  })
  .openapi("ProductRedeployResult", { description: "How a product redeploy ended" });

export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next: z.string().optional().openapi({ description: "`before` of the next page" }),
  });
}

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

// What comes in.

export const productParam = z.object({ product: z.string().openapi({ description: "Its slug", example: "my-app" }) });

const idInPath = z.coerce.number("enter a number").int("enter a whole number").positive("enter a positive number");

export const idParam = z.object({ id: idInPath });

/** `?limit=` is what a form sends for a field that was left empty: as good as absent. */
function unlessEmpty<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => (value === "" ? undefined : value), schema);
}

export const pageQuery = z.object({
  limit: unlessEmpty(z.coerce.number("enter a number").int().min(1).max(100).default(20)).openapi({
    description: "How many to return, at most 100",
  }),
  before: unlessEmpty(z.coerce.number("enter a number").int().positive().optional()).openapi({
    description: "`next` of the previous page",
  }),
});

export const activityFilter = z.object({
  product: unlessEmpty(z.string().max(200).optional()).openapi({ description: "Only what concerns this product" }),
  who: unlessEmpty(z.string().max(200).optional()).openapi({ description: "Only what this token did" }),
});

export const activityQuery = pageQuery.extend(activityFilter.shape);

const repository = z
  .string()
  .max(500)
  .regex(
    /^(?:(?:https?|ssh):\/\/[^\s/@]*@?[^\s/@]+\/\S+|[\w.-]+@[\w.-]+:(?!\/\/)\S+)$/,
    "enter an https:// or ssh:// URL without a token or password in it, such as https://github.com/you/app.git",
  )
  .openapi({ example: "https://github.com/acme/shop.git" });

const gitName = z.string().refine(isRefName, "enter a branch, tag or commit");

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

export const newInstallationSchema = z.strictObject({
  product: z.string().openapi({ description: "The product's slug", example: "my-app" }),
  environment: z.string().openapi({ description: "The environment's name", example: "staging" }),
  branch: gitName
    .optional()
    .openapi({ description: "The branch to deploy; if omitted, the environment's branch, or the one pushed first" }),
});

export const installationChangesSchema = z.strictObject({ branch: gitName.optional() });

export const leavingSchema = z.strictObject({
  volumes: z
    .enum(["keep", "delete"], 'enter "keep" or "delete"')
    .default("keep")
    .openapi({ description: "Whether its data is kept or deleted" }),
});

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
});

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
      "Whether the value is never sent back. New variables are secret unless this is false. A secret variable becomes visible only together with a new value in `set`",
  }),
});

const serviceNameRule = "enter a service's name";
const serviceName = z.string().max(longestServiceName, serviceNameRule).regex(serviceNamePattern, serviceNameRule);

const durationRule = "enter a duration such as 500ms, 5s or 10m";
const duration = z.string(durationRule).refine((text) => parseDurationMs(text) !== null, durationRule);
const successesRule = "enter a whole number from 1 to 100";
const cpusRule = "enter a number from 0.01 to 1024, such as 0.5";
/** Less than this, Docker does not give. */
const leastMemoryBytes = 6 * 1024 ** 2;
const mostMemoryBytes = 1024 ** 4;
const memoryRule = "enter a size from 6m to 1024g, such as 512m";

/** Checks what is to be set about a service. Null takes a setting away, what is left out stays. */
export const serviceSettingsSchema = z.strictObject({
  service: serviceName,
  health: z
    .strictObject({
      path: z
        .string()
        .max(500)
        .regex(/^\/[\x21-\x7e]*$/, "enter a path that starts with a slash, such as /ready")
        .nullable()
        .optional(),
      interval: duration.nullable().optional().openapi({ description: "The longest pause between two checks" }),
      tryTimeout: duration.nullable().optional().openapi({ description: "How long one check may take" }),
      timeout: duration
        .nullable()
        .optional()
        .openapi({ description: "How long after its start it may take to become healthy" }),
      successes: z.int(successesRule).min(1, successesRule).max(100, successesRule).nullable().optional(),
    })
    .default({}),
  memory: z
    .string(memoryRule)
    .refine((text) => {
      const bytes = parseMemoryBytes(text);
      return bytes !== null && bytes >= leastMemoryBytes && bytes <= mostMemoryBytes;
    }, memoryRule)
    .nullable()
    .optional()
    .openapi({ example: "512m" }),
  cpus: z.number(cpusRule).min(0.01, cpusRule).max(1024, cpusRule).nullable().optional(),
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

export const deployRequestSchema = z.strictObject({
  ref: gitName.optional().openapi({ description: "A branch or tag" }),
  commit: gitName
    .optional()
    .openapi({ description: "A commit id; with `ref`, the commit must be part of that branch or tag" }),
});

export const sessionId = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/, "enter 1 to 128 visible ASCII characters")
  .openapi({ description: "A new id for each redeploy, to follow its progress by", example: "0b5b2f0e-7d0a" });

export const productRedeployRequestSchema = z.strictObject({ sessionId: sessionId.optional() });

export const productRedeployParam = z.object({ environmentId: idInPath, productDeploymentId: idInPath });

export const sessionParam = z.object({ sessionId });

export const redeployRequestSchema = z.strictObject({
  variables: z
    .enum(["then", "now"], 'enter "then" or "now"')
    .default("then")
    .openapi({ description: "Use the variables that the version had, or the current ones" }),
});

export const changesQuery = z.object({
  from: unlessEmpty(z.coerce.number("enter a deployment's id").int().positive().optional()).openapi({
    description: "The id of the deployment to compare with, of the same product deployment; if omitted, the live one",
  }),
});

export const logQuery = z.object({
  stack: unlessEmpty(z.string().optional()),
  service: unlessEmpty(z.string().optional()).openapi({
    description: "Only the output and the checks of this service",
  }),
});

export const containerLogQuery = z.object({
  service: unlessEmpty(z.string().optional()).openapi({
    description: "If omitted: all services, with the service's name on each line",
  }),
  tail: unlessEmpty(z.coerce.number("enter a number").int().min(0).max(10_000).default(200)),
  follow: unlessEmpty(z.enum(["true", "false", "1", "0"], "enter true or false").default("false")),
});

export const afterQuery = z.object({
  after: unlessEmpty(z.coerce.number("enter a number").int().min(0).default(0)).openapi({
    description: "Replay the events after this one",
  }),
});

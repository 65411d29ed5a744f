import { z } from "@hono/zod-openapi";
import { longestServiceName, serviceNamePattern } from "../../../../model/names/service-name.ts";
import { parseDurationMs } from "../../../../model/values/duration.ts";
import { parseMemoryBytes } from "../../../../model/values/memory-size.ts";

export const setSchema = z.object({
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

const serviceNameRule = "enter a service's name";

export const serviceName = z
  .string()
  .max(longestServiceName, serviceNameRule)
  .regex(serviceNamePattern, serviceNameRule);

const durationRule = "enter a duration such as 500ms, 5s or 10m";

const duration = z.string(durationRule).refine((text) => parseDurationMs(text) !== null, durationRule);

const successesRule = "enter a whole number from 1 to 100";

const cpusRule = "enter a number from 0.01 to 1024, such as 0.5";

/** Docker accepts no smaller limit. */
const leastMemoryBytes = 6 * 1024 ** 2;

const mostMemoryBytes = 1024 ** 4;

const memoryRule = "enter a size from 6m to 1024g, such as 512m";

/** Checks new settings of a service. Null removes a setting, and an omitted one stays. */
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

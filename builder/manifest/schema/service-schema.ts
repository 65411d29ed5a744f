import { z } from "zod";
import { parseDurationMs } from "../../../server/model/values/duration.ts";
import { hostNamePattern, hostNameRule, maxHostNameLength } from "./host-name.ts";

const durationRule = "must be a duration such as 500ms, 5s or 10m";
const pathRule = "must be a path that begins with a slash";

const duration = z
  .string(says(durationRule))
  .transform((text, context) => parseDurationMs(text) ?? issue(context, durationRule));

const path = z.string(says(pathRule)).regex(/^\/[\x21-\x7e]*$/, pathRule);

const hostName = z.string(says(hostNameRule)).max(maxHostNameLength, hostNameRule).regex(hostNamePattern, hostNameRule);

/**
 * The keys of a service that baton.yaml and x-baton share. `wholeNumber` makes the schema of a number in the given
 * file.
 */
export function serviceSchema(wholeNumber: (least: number, most: number) => z.ZodType<number>) {
  return {
    kind: z.enum(["web", "tcp", "worker", "init"], says("must be web, tcp, worker or init")).optional(),
    port: wholeNumber(1, 65_535).optional(),
    health: z
      .strictObject(
        {
          path: path.optional(),
          interval: duration.optional(),
          tryTimeout: duration.optional(),
          timeout: duration.optional(),
          successes: wholeNumber(1, 100).optional(),
        },
        says("must hold keys such as path and timeout"),
      )
      .optional(),
    strategy: z.enum(["blue-green", "recreate"], says("must be blue-green or recreate")).optional(),
    sticky: z.boolean(says("must be true or false")).optional(),
    domains: z.array(hostName, says("must be a list of host names")).optional(),
  };
}

export function wholeNumber(least: number, most: number) {
  const message = `must be a whole number from ${least} to ${most}`;
  return z.int(says(message)).min(least, message).max(most, message);
}

/** Sets zod's message for a value of the wrong type and for a missing one. */
export function says(message: string): { readonly error: string } {
  return { error: message };
}

export function issue(context: z.core.$RefinementCtx, message: string): never {
  context.addIssue({ code: "custom", message });
  return z.NEVER;
}

import { z } from "zod";
import { parseSlug } from "../../server/model/product.ts";
import { parseDurationMs } from "../../server/model/values/duration.ts";
import { parseMemoryBytes } from "../../server/model/values/memory-size.ts";
import { leastMemoryBytes, tooLittleMemory } from "../images/machine.ts";
import { hostNamePattern, hostNameRule, maxHostNameLength } from "./host-name.ts";
import { mountPath } from "./mount-path.ts";

const duration = z
  .string(says("must be a duration such as 500ms, 5s or 10m"))
  .transform((text, context) => parseDurationMs(text) ?? issue(context, "must be a duration such as 500ms, 5s or 10m"));

const memory = z
  .string(says("must be a size such as 512m or 1g"))
  .transform((text, context) => parseMemoryBytes(text) ?? issue(context, "must be a size such as 512m or 1g"))
  .refine((bytes) => bytes >= leastMemoryBytes, tooLittleMemory);

const pathInside = z
  .string(says("must be a path"))
  .transform((text, context) => pathInRepository(text) ?? issue(context, "must be a path inside the repository"));

const wholeNumber = (least: number, most: number) => {
  const message = `must be a whole number from ${least} to ${most}`;
  return z.int(says(message)).min(least, message).max(most, message);
};

const healthSchema = z.strictObject(
  {
    path: z
      .string(says("must be a path that begins with a slash"))
      .regex(/^\/[\x21-\x7e]*$/, "must be a path that begins with a slash")
      .optional(),
    interval: duration.optional(),
    tryTimeout: duration.optional(),
    timeout: duration.optional(),
    successes: wholeNumber(1, 100).optional(),
  },
  says("must hold keys such as path and timeout"),
);

const volumes = z
  .record(
    z.string(),
    z.string(says("must be a folder in the container, such as /data")),
    says("must hold a folder for each name, such as { uploads: /data }"),
  )
  .superRefine((folders, context) => {
    for (const [name, folder] of Object.entries(folders)) {
      if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(name)) {
        const message = "is not a valid volume name: use letters, digits, dots, underscores and hyphens";
        context.addIssue({ code: "custom", path: [name], message });
      }
      if (mountPath(folder) === null) {
        const message = "must be an absolute path such as /data, outside /proc and /sys";
        context.addIssue({ code: "custom", path: [name], message });
      }
    }
    const places = Object.values(folders).map(mountPath);
    if (new Set(places).size < places.length) {
      context.addIssue({ code: "custom", message: "mounts two volumes in one folder" });
    }
  })
  .transform((folders) =>
    Object.fromEntries(Object.entries(folders).map(([name, folder]) => [name, mountPath(folder) ?? folder])),
  );

export type FolderKeys = z.output<typeof stackSchema>;

const stackSchema = z
  .strictObject(
    {
      compose: pathInside.optional(),
      path: pathInside.optional(),
      dockerfile: pathInside.optional(),
      target: z
        .string(says("must be the name of a build stage"))
        .min(1, "must be the name of a build stage")
        .optional(),
      port: wholeNumber(1, 65_535).optional(),
      kind: z.enum(["web", "tcp", "worker", "init"], says("must be web, tcp, worker or init")).optional(),
      command: z
        .array(z.string(says("must be a string")), says('must be a list of words such as ["node", "server.js"]'))
        .min(1, 'must be a list of words such as ["node", "server.js"]')
        .optional(),
      processes: z
        .array(z.string(says("must be a string")), says("must be a list of process types such as [web, worker]"))
        .min(1, "must be a list of process types such as [web, worker]")
        .optional(),
      health: healthSchema.optional(),
      strategy: z.enum(["blue-green", "recreate"], says("must be blue-green or recreate")).optional(),
      volumes: volumes.optional(),
      domains: z
        .array(
          z.string(says(hostNameRule)).max(maxHostNameLength, hostNameRule).regex(hostNamePattern, hostNameRule),
          says("must be a list of host names"),
        )
        .optional(),
      memory: memory.optional(),
      cpus: z
        .number(says("must be a number such as 0.5"))
        .min(0.01, "must be at least 0.01")
        .max(1024, "must be at most 1024")
        .optional(),
    },
    says("must hold keys such as path and port; {} will do"),
  )
  .superRefine(({ compose, ...others }, context) => {
    if (compose === undefined) return;
    for (const key of Object.keys(others)) {
      const message =
        "cannot be combined with compose: set it in the compose file, under x-baton if Compose has no key for it";
      context.addIssue({ code: "custom", path: [key], message });
    }
  });

/** What baton.yaml may say. */
export const manifestSchema = z.strictObject({
  stacks: z.record(z.string(), stackSchema, says("must hold a stack for each name")).superRefine((stacks, context) => {
    const names = Object.keys(stacks);
    for (const name of names) {
      if (parseSlug(name) === null) {
        context.addIssue({
          code: "custom",
          path: [name],
          message: "is not a valid name: use at most 40 lower-case letters, digits and single hyphens",
        });
      }
    }
    if (names.length === 0) context.addIssue({ code: "custom", message: "names no stack" });
  }),
});

/** What zod is to say of a value of the wrong type or, where it must be there, of its absence. */
function says(message: string): { readonly error: string } {
  return { error: message };
}

function issue(context: z.core.$RefinementCtx, message: string): never {
  context.addIssue({ code: "custom", message });
  return z.NEVER;
}

function pathInRepository(text: string): string | null {
  if (text.startsWith("/") || text.includes("\0")) return null;
  const segments = text.split("/").filter((segment) => segment !== "" && segment !== ".");
  return segments.includes("..") ? null : segments.join("/");
}

import { z } from "zod";
import { parseSlug } from "../../../server/model/product.ts";
import { mostReplicas } from "../../../server/model/scaling.ts";
import { parseMemoryBytes } from "../../../server/model/values/memory-size.ts";
import { leastMemoryBytes, tooLittleMemory } from "../../images/machine.ts";
import { mountPath } from "./mount-path.ts";
import { issue, says, serviceSchema, wholeNumber } from "./service-schema.ts";

const memory = z
  .string(says("must be a size such as 512m or 1g"))
  .transform((text, context) => parseMemoryBytes(text) ?? issue(context, "must be a size such as 512m or 1g"))
  .refine((bytes) => bytes >= leastMemoryBytes, tooLittleMemory);

const pathInside = z
  .string(says("must be a path"))
  .transform((text, context) => pathInRepository(text) ?? issue(context, "must be a path inside the repository"));

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

const ofService = serviceSchema(wholeNumber);

// Problems are listed in the order of these keys.
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
      port: ofService.port,
      kind: ofService.kind,
      command: z
        .array(z.string(says("must be a string")), says('must be a list of words such as ["node", "server.js"]'))
        .min(1, 'must be a list of words such as ["node", "server.js"]')
        .optional(),
      processes: z
        .array(z.string(says("must be a string")), says("must be a list of process types such as [web, worker]"))
        .min(1, "must be a list of process types such as [web, worker]")
        .optional(),
      health: ofService.health,
      strategy: ofService.strategy,
      replicas: wholeNumber(1, mostReplicas).optional(),
      sticky: ofService.sticky,
      volumes: volumes.optional(),
      domains: ofService.domains,
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

function pathInRepository(text: string): string | null {
  if (text.startsWith("/") || text.includes("\0")) return null;
  const segments = text.split("/").filter((segment) => segment !== "" && segment !== ".");
  return segments.includes("..") ? null : segments.join("/");
}

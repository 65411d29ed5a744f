import { type Document, isMap, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { parseSlug } from "../server/model/product.ts";
import { parseDurationMs } from "./duration.ts";
import { manifestProblems, type Problem } from "./manifest-problems.ts";
import { parseMemoryBytes } from "./memory-size.ts";
import { PlanProblem, type SourceTree } from "./plan.ts";
import { firstOf } from "./source-tree.ts";

/** What baton.yaml says of one stack. Whatever it leaves out is undefined, and decided elsewhere. */
export interface ManifestStack {
  readonly name: string;
  /** The folder it lives in; empty for the root. */
  readonly path: string;
  /** Relative to `path`. */
  readonly dockerfile: string | undefined;
  readonly target: string | undefined;
  readonly port: number | undefined;
  readonly kind: "web" | "tcp" | "worker" | undefined;
  readonly command: readonly string[] | undefined;
  readonly health: ManifestHealth;
  readonly memoryBytes: number | undefined;
  readonly cpus: number | undefined;
}

export interface ManifestHealth {
  readonly path?: string | undefined;
  readonly intervalMs?: number | undefined;
  readonly tryTimeoutMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly successes?: number | undefined;
}

/** One that says nothing: what a repository without baton.yaml has. */
export function unnamedStack(name: string): ManifestStack {
  return stackOf(name, {});
}

const fileNames = ["baton.yaml", "baton.yml"];

/** The stacks that baton.yaml names; null without one. Rejects with PlanProblem: a sentence for each thing that is wrong. */
export async function readManifest(tree: SourceTree): Promise<readonly ManifestStack[] | null> {
  const file = firstOf(tree, fileNames);
  const text = file === null ? null : await tree.read(file);
  if (file === null || text === null) return null;

  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors[0];
  if (broken)
    throw refuse(file, [{ line: lines.linePos(broken.pos[0]).line, text: `is not valid YAML: ${broken.message}` }]);
  if (!isMap(document.contents)) throw refuse(file, [{ line: null, text: "names no stack" }]);

  const parsed = manifestSchema.safeParse(readValue(document, file));
  if (!parsed.success) throw refuse(file, manifestProblems(document, lines, parsed.error));
  return Object.entries(parsed.data.stacks).map(([name, stack]) => stackOf(name, stack));
}

/** Aliases are where YAML can be valid and yet have no value: too many of them, or one that names nothing. */
function readValue(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refuse(file, [{ line: null, text: `cannot be read: ${reason}` }]);
  }
}

function refuse(file: string, problems: readonly Problem[]): PlanProblem {
  const sentences = problems.map(({ line, text }) => `${file}${line === null ? "" : `, line ${line},`} ${text}`);
  return new PlanProblem(
    sentences.join(". "),
    `A stack looks like this: stacks: { web: { path: frontend, port: 3000, health: { path: /ready, timeout: 90s } } }`,
  );
}

const duration = z
  .string(says("must be a duration such as 500ms, 5s or 10m"))
  .transform((text, context) => parseDurationMs(text) ?? issue(context, "must be a duration such as 500ms, 5s or 10m"));

const memory = z
  .string(says("must be a size such as 512m or 1g"))
  .transform((text, context) => parseMemoryBytes(text) ?? issue(context, "must be a size such as 512m or 1g"));

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

const notYet = (what: string) =>
  z
    .unknown()
    .refine((value) => value === undefined, `is not supported yet: ${what}`)
    .optional();

const stackSchema = z.strictObject(
  {
    path: pathInside.optional(),
    dockerfile: pathInside.optional(),
    target: z.string(says("must be the name of a build stage")).min(1, "must be the name of a build stage").optional(),
    port: wholeNumber(1, 65_535).optional(),
    kind: z.enum(["web", "tcp", "worker"], says("must be web, tcp or worker")).optional(),
    command: z
      .array(z.string(says("must be a text")), says('must be a list of words such as ["node", "server.js"]'))
      .min(1, 'must be a list of words such as ["node", "server.js"]')
      .optional(),
    health: healthSchema.optional(),
    memory: memory.optional(),
    cpus: z
      .number(says("must be a number such as 0.5"))
      .min(0.01, "must be at least 0.01")
      .max(1024, "must be at most 1024")
      .optional(),
    compose: notYet("a stack is built from a Dockerfile or detected"),
    volumes: notYet("nothing that a container writes is kept"),
  },
  says("must hold keys such as path and port; {} will do"),
);

const manifestSchema = z.strictObject({
  stacks: z.record(z.string(), stackSchema, says("must hold a stack for each name")).superRefine((stacks, context) => {
    const names = Object.keys(stacks);
    for (const name of names) {
      if (parseSlug(name) === null) {
        context.addIssue({
          code: "custom",
          path: [name],
          message: "is not a name: lower-case letters, digits and single hyphens, at most 40",
        });
      }
    }
    if (names.length === 0) context.addIssue({ code: "custom", message: "names no stack" });
    if (names.length > 1) {
      context.addIssue({
        code: "custom",
        path: [names[1] ?? ""],
        message: "is a second stack, and only one is supported yet",
      });
    }
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

function stackOf(name: string, stack: z.output<typeof stackSchema>): ManifestStack {
  const health = stack.health ?? {};
  return {
    name,
    path: stack.path ?? "",
    dockerfile: stack.dockerfile,
    target: stack.target,
    port: stack.port,
    kind: stack.kind,
    command: stack.command,
    health: {
      path: health.path,
      intervalMs: health.interval,
      tryTimeoutMs: health.tryTimeout,
      timeoutMs: health.timeout,
      successes: health.successes,
    },
    memoryBytes: stack.memory,
    cpus: stack.cpus,
  };
}

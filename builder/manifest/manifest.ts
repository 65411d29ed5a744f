import { type Document, isMap, LineCounter, parseDocument } from "yaml";
import type { ServiceKind } from "../../server/model/deployment/spec.ts";
import { findingsProblem } from "../plan/findings.ts";
import type { PlanProblem, SourceTree } from "../plan/plan.ts";
import type { SourceLocation } from "../source/source-location.ts";
import { firstOf } from "../source/source-tree.ts";
import { lineOfKey, manifestProblems } from "./manifest-problems.ts";
import { type FolderKeys, manifestSchema } from "./manifest-schema.ts";
import { yamlFaults } from "./yaml-fault.ts";

/** What baton.yaml says of one stack. Whatever it leaves out is undefined, and decided elsewhere. */
export type ManifestStack = ComposeStack | FolderStack;

/** The services of a compose file, which says all else. */
export interface ComposeStack {
  readonly type: "compose";
  readonly name: string;
  readonly at: SourceLocation | null;
  /** Path of the compose file. */
  readonly file: string;
  /** An override file beside it is merged, as `docker compose up` does; false where the file was named. */
  readonly withOverride: boolean;
}

/** An app in a folder: a Dockerfile, or what is recognised. */
export interface FolderStack {
  readonly type: "folder";
  readonly name: string;
  /** Null: no baton.yaml names it. */
  readonly at: SourceLocation | null;
  /** The folder it lives in; empty for the root. */
  readonly path: string;
  /** Relative to `path`. */
  readonly dockerfile: string | undefined;
  readonly target: string | undefined;
  readonly port: number | undefined;
  readonly kind: ServiceKind | undefined;
  readonly command: readonly string[] | undefined;
  /** Which processes of the Procfile run. */
  readonly processes: readonly string[] | undefined;
  readonly health: ManifestHealth;
  readonly strategy: "blue-green" | "recreate" | undefined;
  /** Named volumes, and where they are in the container. */
  readonly volumes: Readonly<Record<string, string>>;
  readonly domains: readonly string[];
  readonly memoryBytes: number | undefined;
  readonly cpus: number | undefined;
  /** Where baton.yaml says these two. */
  readonly limitsAt?: { readonly memory: SourceLocation; readonly cpus: SourceLocation };
}

export interface ManifestHealth {
  readonly path?: string | undefined;
  readonly intervalMs?: number | undefined;
  readonly tryTimeoutMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly successes?: number | undefined;
}

/** One that says nothing: what a repository without baton.yaml has. */
export function unnamedStack(name: string): FolderStack {
  return folderStack(name, null, {});
}

const fileNames = ["baton.yaml", "baton.yml"];
const example = `A stack looks like this: stacks: { web: { path: frontend, port: 3000, health: { path: /ready, timeout: 90s } } }`;

/** The stacks that baton.yaml names; null without one. Rejects with PlanProblem: a finding for each thing that is wrong. */
export async function readManifest(tree: SourceTree): Promise<readonly ManifestStack[] | null> {
  const file = firstOf(tree, fileNames);
  const text = file === null ? null : await tree.read(file);
  if (file === null || text === null) return null;

  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const faults = yamlFaults(text, document.errors, (offset) => lines.linePos(offset).line);
  if (faults.length > 0) throw findingsProblem(faults.map((fault) => ({ file, ...fault })));
  if (!isMap(document.contents)) throw refuse(file, null, "it names no stack");

  const parsed = manifestSchema.safeParse(readValue(document, file));
  if (!parsed.success) {
    const problems = manifestProblems(file, document, lines, parsed.error);
    throw findingsProblem(problems.map((problem) => ({ ...problem, hint: problems.length === 1 ? example : null })));
  }
  return Object.entries(parsed.data.stacks).map(([name, stack]) => {
    const placeOf = (...path: string[]) => ({ file, line: lineOfKey(document, lines, ["stacks", name, ...path]) });
    const at = placeOf();
    const limitsAt = { memory: placeOf("memory"), cpus: placeOf("cpus") };
    return stack.compose === undefined
      ? { ...folderStack(name, at, stack), limitsAt }
      : { type: "compose", name, at, file: stack.compose, withOverride: false };
  });
}

/** Aliases are where YAML can be valid and yet have no value: too many of them, or one that names nothing. */
function readValue(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const anchor = /^Unresolved alias .*: (\S+)$/.exec(reason)?.[1];
    if (anchor !== undefined)
      throw refuse(file, null, `*${anchor} refers to an anchor that no earlier line defines (&${anchor})`);
    throw refuse(file, null, `it cannot be read: ${reason}`);
  }
}

function refuse(file: string, line: number | null, message: string): PlanProblem {
  return findingsProblem([{ file, line, message, hint: example }]);
}

function folderStack(name: string, at: SourceLocation | null, stack: FolderKeys): FolderStack {
  const health = stack.health ?? {};
  return {
    type: "folder",
    name,
    at,
    path: stack.path ?? "",
    dockerfile: stack.dockerfile,
    target: stack.target,
    port: stack.port,
    kind: stack.kind,
    command: stack.command,
    processes: stack.processes,
    health: {
      path: health.path,
      intervalMs: health.interval,
      tryTimeoutMs: health.tryTimeout,
      timeoutMs: health.timeout,
      successes: health.successes,
    },
    strategy: stack.strategy,
    volumes: stack.volumes ?? {},
    domains: stack.domains ?? [],
    memoryBytes: stack.memory,
    cpus: stack.cpus,
  };
}

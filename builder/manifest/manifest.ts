import { type Document, isMap, LineCounter, parseDocument } from "yaml";
import type { ServiceKind } from "../../server/model/deployment/spec.ts";
import { findingsProblem } from "../plan/findings.ts";
import type { PlanProblem, SourceTree } from "../plan/plan.ts";
import type { SourceLocation } from "../source/source-location.ts";
import { firstOf } from "../source/source-tree.ts";
import { lineOfKey, manifestProblems } from "./manifest-problems.ts";
import { type FolderKeys, manifestSchema } from "./schema/manifest-schema.ts";
import { yamlFaults } from "./yaml-fault.ts";

/** One stack of baton.yaml. Settings that it leaves out are undefined and decided elsewhere. */
export type ManifestStack = ComposeStack | FolderStack;

/** A stack whose services are defined by a compose file. */
export interface ComposeStack {
  readonly type: "compose";
  readonly name: string;
  readonly at: SourceLocation | null;
  /** The path of the compose file. */
  readonly file: string;
  /**
   * Whether an override file in the same folder is merged, as `docker compose up` does. False when the compose file was
   * named.
   */
  readonly withOverride: boolean;
}

/** A stack that is an app in a folder: a Dockerfile, or an app that is recognised. */
export interface FolderStack {
  readonly type: "folder";
  readonly name: string;
  /** The stack's place in baton.yaml; null when no baton.yaml names it. */
  readonly at: SourceLocation | null;
  /** The app's folder; empty for the root. */
  readonly path: string;
  /** The Dockerfile's path, relative to `path`. */
  readonly dockerfile: string | undefined;
  readonly target: string | undefined;
  readonly port: number | undefined;
  readonly kind: ServiceKind | undefined;
  readonly command: readonly string[] | undefined;
  /** The processes of the Procfile that run. */
  readonly processes: readonly string[] | undefined;
  readonly health: ManifestHealth;
  readonly strategy: "blue-green" | "recreate" | undefined;
  readonly replicas: number | undefined;
  readonly sticky: boolean | undefined;
  /** Named volumes with their paths in the container. */
  readonly volumes: Readonly<Record<string, string>>;
  readonly domains: readonly string[];
  readonly memoryBytes: number | undefined;
  readonly cpus: number | undefined;
  /** The places of `memory` and `cpus` in baton.yaml. */
  readonly limitsAt?: { readonly memory: SourceLocation; readonly cpus: SourceLocation };
}

export interface ManifestHealth {
  readonly path?: string | undefined;
  readonly intervalMs?: number | undefined;
  readonly tryTimeoutMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly successes?: number | undefined;
}

/** Returns a stack without settings, for a repository without baton.yaml. */
export function unnamedStack(name: string): FolderStack {
  return folderStack(name, null, {});
}

const fileNames = ["baton.yaml", "baton.yml"];
const example = `A stack looks like this: stacks: { web: { path: frontend, port: 3000, health: { path: /ready, timeout: 90s } } }`;

/** Reads the stacks of baton.yaml; null without one. Rejects with a PlanProblem that has a finding for each mistake. */
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

/** Resolves aliases. Valid YAML can still have no value when an alias names nothing or there are too many. */
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
    replicas: stack.replicas,
    sticky: stack.sticky,
    volumes: stack.volumes ?? {},
    domains: stack.domains ?? [],
    memoryBytes: stack.memory,
    cpus: stack.cpus,
  };
}

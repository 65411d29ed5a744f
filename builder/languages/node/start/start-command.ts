import { type Process, processOf } from "../../../manifest/procfile.ts";
import { PlanProblem, type SourceTree } from "../../../plan/plan.ts";
import { parseSimpleCommand } from "../../../shell/simple-command.ts";
import { firstOf } from "../../../source/source-tree.ts";
import { buildScriptOf } from "../framework/build-script.ts";
import { isDevelopmentServer } from "../framework/development-server.ts";
import { otherHostOf, serverOf } from "../framework/frameworks.ts";
import type { PackageJson } from "../package/package-json.ts";
import { scriptRunBy } from "./command-line.ts";
import { typescriptStart } from "./typescript-entry.ts";

export interface StartCommand {
  readonly kind: "web" | "worker";
  readonly command: readonly string[];
  /** The line that the command was made from, as the user wrote it. Its programs are needed at run time. */
  readonly line: string;
  /** The source for the log: "scripts.start". */
  readonly source: string;
}

const entryFiles = ["server", "index", "app"].flatMap((name) => [".js", ".mjs", ".cjs"].map((ending) => name + ending));

/**
 * Tries the Procfile, scripts.start, the server that a framework builds, main, then files with usual names. The
 * framework's server precedes a start script that is a development server. A server in TypeScript comes last. Null when
 * nothing is found.
 */
export async function findStartCommand(
  tree: SourceTree,
  manifest: PackageJson,
  processes: ReadonlyMap<string, string>,
): Promise<StartCommand | null> {
  const web = processOf(processes, "web");
  if (web !== null) return fromProcfile(web, manifest);

  const script = startScript(manifest);
  const server = await serverOf(tree, manifest);
  const runsNothing =
    script === null ||
    isDevelopmentServer(`npm run ${script}`, manifest) ||
    manifest.scripts[script]?.trim() === server?.insteadOf;
  if (server !== null && runsNothing) {
    return { kind: "web", ...commandOf(server.line, manifest), line: server.line, source: `${server.name}'s server` };
  }
  if (script !== null) {
    const line = `npm run ${script}`;
    return { kind: "web", ...commandOf(line, manifest), line, source: `scripts.${script}` };
  }

  const worker = processOf(processes, "worker");
  if (worker !== null) return fromProcfile(worker, manifest);

  const entry = mainFile(tree, manifest) ?? firstOf(tree, entryFiles);
  if (entry === null && otherHostOf(manifest) !== null) return null;
  if (entry === null) {
    const program = await typescriptStart(tree, manifest);
    return program && { kind: "web", ...commandOf(program.line, manifest), ...program };
  }
  const source = entry === manifest.main ? "main in package.json" : entry;
  return { kind: "web", command: ["node", entry], line: `node ${entry}`, source };
}

function fromProcfile({ kind, line, source }: Process, manifest: PackageJson): StartCommand {
  return { kind, ...commandOf(line, manifest), line, source };
}

/**
 * Returns the start script. Some frameworks (Nest) use `start` for development, so a production script that simply runs
 * Node takes precedence.
 */
export function startScript({ scripts }: PackageJson): string | null {
  const production = ["start:prod", "start:production"].find((name) => nodeCommand(scripts[name] ?? "") !== null);
  return production ?? (scripts.start?.trim() ? "start" : null);
}

function mainFile(tree: SourceTree, manifest: PackageJson): string | null {
  const { main } = manifest;
  if (main === null) return null;
  const path = main.replace(/^\.\//, "");
  const found = firstOf(tree, [path, `${path}.js`, `${path}/index.js`]);
  // A file that the build creates is not in the repository.
  return found ?? (buildScriptOf(manifest) !== null && /\.[cm]?js$/.test(path) ? path : null);
}

/** Returns the arguments that run the line with as few processes around the app as possible. */
function commandOf(line: string, manifest: PackageJson): { readonly command: readonly string[] } {
  let current = line;
  // Follow scripts that only run another script until one runs more than a single program.
  for (let depth = 0; depth < 5; depth++) {
    const direct = nodeCommand(current);
    if (direct) return { command: direct };
    const simple = parseSimpleCommand(current);
    if (!simple || simple.assignments.length > 0) return { command: ["sh", "-c", current] };
    const script = scriptRunBy(simple.words, manifest.scripts);
    if (script === null) return { command: simple.words };

    const next = manifest.scripts[script] ?? "";
    const hasHooks = [`pre${script}`, `post${script}`].some((hook) => Object.hasOwn(manifest.scripts, hook));
    if (hasHooks || !(nodeCommand(next) || runsOneScript(next, manifest))) {
      return { command: script === "start" ? ["npm", "start"] : ["npm", "run", script] };
    }
    current = next;
  }
  throw new PlanProblem(`the start command "${line}" runs scripts of package.json in a circle`);
}

/** Returns the words of a line of the form `node something`. */
function nodeCommand(line: string): readonly string[] | null {
  const simple = parseSimpleCommand(line);
  return simple?.assignments.length === 0 && simple.words[0] === "node" && simple.words.length > 1
    ? simple.words
    : null;
}

function runsOneScript(line: string, manifest: PackageJson): boolean {
  const simple = parseSimpleCommand(line);
  return (
    simple?.assignments.length === 0 && simple.words.length <= 3 && scriptRunBy(simple.words, manifest.scripts) !== null
  );
}

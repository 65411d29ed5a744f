import type { BuildRecipe, SourceTree } from "../../../plan/plan.ts";
import { firstOf } from "../../../source/source-tree.ts";
import { buildScriptOf } from "../framework/build-script.ts";
import { adapterAuto } from "../framework/frameworks.ts";
import type { PackageJson } from "../package/package-json.ts";
import type { StartCommand } from "./start-command.ts";

/** The program that the build must create, because otherwise there is nothing to start. */
export interface BuiltProgram {
  /** Paths of the program. Any one of them is enough. */
  readonly paths: readonly string[];
  readonly expected: NonNullable<BuildRecipe["expected"]>;
}

/** Programs that start the file in their last argument. */
const starters = new Set(["node", "bun", "react-router-serve", "remix-serve", "srvx"]);

/**
 * Returns the program that the start command runs when the build creates it. Null when it is in the repository or
 * cannot be determined.
 */
export function builtProgram(
  tree: SourceTree,
  manifest: PackageJson,
  { command, source }: Pick<StartCommand, "command" | "source">,
): BuiltProgram | null {
  const [program = "", ...words] = command;
  const path = (program === "node" ? words[0] : words.at(-1))?.replace(/^\.\//, "");
  if (buildScriptOf(manifest) === null || !starters.has(program) || path === undefined) return null;
  // The path becomes part of a Dockerfile line. Options of Node come first and may have arguments that look like files.
  if (!/^[\w@.][\w@.-]*(?:\/[\w@.-]+)*$/.test(path) || path.split("/").some((part) => /^\.+$/.test(part))) return null;

  const paths = /\.[cm]?[jt]s$/.test(path) ? [path] : [path, `${path}.js`, `${path}/index.js`];
  if (firstOf(tree, paths) !== null) return null;
  // A single word is usually a folder: `node build`.
  const likeliest = path.includes("/") ? (paths[1] ?? path) : (paths[2] ?? path);
  return { paths, expected: { path: likeliest, hint: hintFor(manifest, source) } };
}

function hintFor({ dependencies, devDependencies }: PackageJson, source: string): string {
  const packages = [...dependencies, ...devDependencies];
  if (packages.includes(adapterAuto) && source.startsWith("SvelteKit")) {
    return `${adapterAuto} does not support this server. Run \`npm install --save-dev @sveltejs/adapter-node\`, use it in svelte.config.js instead, and commit both.`;
  }
  const framework = /^(.+)'s server$/.exec(source)?.[1];
  return framework === undefined
    ? `${source} starts it. Make the build write there, or make the start command run what the build writes.`
    : `${framework} creates it when it builds for Node: check the adapter, preset or output folder in its configuration. To start something else, add a start script to package.json.`;
}

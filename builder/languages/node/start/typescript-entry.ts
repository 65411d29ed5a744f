import type { SourceTree } from "../../../plan/plan.ts";
import { parseJsonWithComments } from "../../../source/json-with-comments.ts";
import { firstOf } from "../../../source/source-tree.ts";
import { buildScriptOf } from "../framework/build-script.ts";
import { programsRunBy } from "../framework/development-server.ts";
import type { PackageJson } from "../package/package-json.ts";

const entries = ["server", "index", "app", "main"].flatMap((name) => [`src/${name}.ts`, `${name}.ts`]);

/** Finds the start of a TypeScript server that package.json does not start; null when there is none. */
export async function typescriptStart(
  tree: SourceTree,
  manifest: PackageJson,
): Promise<{ readonly line: string; readonly source: string } | null> {
  const entry = firstOf(tree, entries);
  const packages = [...manifest.dependencies, ...manifest.devDependencies];
  // Scripts of web pages have the same names.
  if (entry === null || tree.files.has("index.html") || packages.includes("vite")) return null;
  const compiled = usesBun(tree, manifest) ? null : await compiledEntry(tree, manifest, entry);
  if (compiled !== null) return { line: `node ${compiled}`, source: `the build output of ${entry}` };
  const runner =
    ["tsx", "ts-node"].find((name) => packages.includes(name)) ?? (usesBun(tree, manifest) ? "bun" : "node");
  // Node itself strips types since 22.18.
  return { line: `${runner} ${entry}`, source: entry };
}

function usesBun(tree: SourceTree, { dependencies, devDependencies, scripts }: PackageJson): boolean {
  return (
    firstOf(tree, ["bun.lock", "bun.lockb"]) !== null ||
    [...dependencies, ...devDependencies].some((name) => name === "@types/bun" || name === "bun-types") ||
    Object.values(scripts).some((line) => /^bunx? /.test(line))
  );
}

/** Returns the path where the build script's compiler writes the program; null when it uses no known compiler. */
async function compiledEntry(tree: SourceTree, manifest: PackageJson, entry: string): Promise<string | null> {
  const script = buildScriptOf(manifest);
  if (script === null) return null;
  const programs = programsRunBy(`npm run ${script}`, manifest);
  const inSource = entry.replace(/\.ts$/, ".js");
  if (programs.some(([program]) => program === "tsup")) return `dist/${inSource.replace(/^src\//, "")}`;
  if (!programs.some(([program, ...words]) => program === "tsc" && !words.includes("--noEmit"))) return null;
  const { outDir, rootDir } = await compilerOptions(tree);
  if (outDir === null) return inSource;
  // The default rootDir is the common folder of all programs.
  const isInSource = rootDir === null ? !hasProgramsInRoot(tree) : /^(?:\.\/)?src\/?$/.test(rootDir);
  return `${outDir}/${isInSource ? inSource.replace(/^src\//, "") : inSource}`;
}

function hasProgramsInRoot(tree: SourceTree): boolean {
  return [...tree.files.keys()].some((path) => /^[^/]+\.ts$/.test(path) && !/\.d\.ts$|\.config\.ts$/.test(path));
}

interface CompilerOptions {
  /** The output folder without a leading `./`; null when files are written next to the source. */
  readonly outDir: string | null;
  readonly rootDir: string | null;
}

async function compilerOptions(tree: SourceTree): Promise<CompilerOptions> {
  const text = (await tree.read("tsconfig.json")) ?? "{}";
  let options: Record<string, unknown> = {};
  try {
    const config = parseJsonWithComments(text) as { compilerOptions?: Record<string, unknown> };
    options = config.compilerOptions ?? {};
  } catch {
    // The compiler will report the error.
  }
  const outDir = typeof options.outDir === "string" ? options.outDir.replace(/^\.\/|\/$/g, "") : "";
  return {
    outDir: outDir === "" || outDir === "." ? null : outDir,
    rootDir: typeof options.rootDir === "string" ? options.rootDir : null,
  };
}

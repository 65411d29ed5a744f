import { z } from "zod";
import { PlanProblem, type SourceTree } from "../../../plan/plan.ts";

/**
 * The parts of package.json that decide how an app is built and started. Values of another type than npm expects count
 * as absent.
 */
export interface PackageJson {
  readonly name: string | null;
  readonly main: string | null;
  /** Whether it has programs of its own (`bin`). */
  readonly hasPrograms: boolean;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
  /** Whether there is something to install: dependencies of any kind, or workspaces that may have some. */
  readonly hasDependencies: boolean;
  readonly hasWorkspaces: boolean;
  /** Patterns of the folders whose packages are installed with this one. */
  readonly workspaces: readonly string[];
  /** Whether a dependency is a folder or archive of this repository that is not in its workspace. */
  readonly hasLocalDependencies: boolean;
  readonly engines: { readonly node: string | null };
  /** The version that Volta pins. */
  readonly volta: { readonly node: string | null };
  /** The package manager in Corepack's format: "pnpm@9.12.0+sha512…". */
  readonly packageManager: string | null;
}

const versions = z.record(z.string(), z.string()).catch({});
const list = z.array(z.string());
/** An array, or in Yarn's format an object with one. */
const patterns = z.union([list, z.object({ packages: list }).transform(({ packages }) => packages)]).catch([]);
const schema = z.object({
  name: z.string().nullable().catch(null),
  bin: z.unknown().optional(),
  main: z.string().min(1).nullable().catch(null),
  scripts: z.record(z.string(), z.string()).catch({}),
  dependencies: versions,
  devDependencies: versions,
  optionalDependencies: versions,
  workspaces: z.unknown().optional(),
  engines: z.object({ node: z.string().nullable().catch(null) }).catch({ node: null }),
  volta: z.object({ node: z.string().nullable().catch(null) }).catch({ node: null }),
  packageManager: z.string().nullable().catch(null),
});

/** Null without a package.json. Rejects with PlanProblem when it is not JSON. */
export async function readPackageJson(tree: SourceTree): Promise<PackageJson | null> {
  const text = await tree.read("package.json");
  return text === null ? null : parsePackageJson(text);
}

/** Throws PlanProblem. */
export function parsePackageJson(text: string): PackageJson {
  const json = schema.safeParse(parseJson(text));
  if (!json.success) throw new PlanProblem("package.json does not hold a JSON object");

  const { name, bin, main, scripts, engines, volta, packageManager, workspaces } = json.data;
  const { dependencies, devDependencies, optionalDependencies } = json.data;
  const all = { ...dependencies, ...devDependencies, ...optionalDependencies };
  return {
    name,
    main,
    hasPrograms: bin !== undefined,
    scripts,
    dependencies: Object.keys({ ...dependencies, ...optionalDependencies }),
    devDependencies: Object.keys(devDependencies),
    hasDependencies: Object.keys(all).length > 0 || workspaces !== undefined,
    hasWorkspaces: workspaces !== undefined,
    workspaces: patterns.parse(workspaces),
    hasLocalDependencies: Object.values(all).some((version) => /^(?:file|link|portal):|^\.{0,2}\//.test(version)),
    engines,
    volta,
    packageManager,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { what, hint } = faultOf(text, error instanceof Error ? error.message : String(error));
    throw new PlanProblem(`package.json is not valid JSON: ${what}`, hint);
  }
}

/** Describes a syntax error with its line. The parser only counts characters. */
function faultOf(text: string, reason: string): { readonly what: string; readonly hint: string } {
  if (text.trim() === "") return { what: "it is empty", hint: "Run `npm init -y`, or remove it." };
  const conflict = text.split("\n").findIndex((line) => /^(?:<{7} |>{7} |={7}\r?$)/.test(line));
  if (conflict >= 0) {
    return {
      what: `line ${conflict + 1} is left over from a merge conflict`,
      hint: "Decide which of the two sides to keep, remove the markers, and commit.",
    };
  }
  const what = reason.replace(
    /(?: in JSON)? at position (\d+)(?: \(line \d+ column \d+\))?/,
    (_, position: string) => ` on line ${text.slice(0, Number(position)).split("\n").length}`,
  );
  return { what, hint: "JSON allows no comments, no single quotes and no comma before a closing bracket." };
}

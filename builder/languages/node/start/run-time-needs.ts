import { buildScriptOf } from "../framework/build-script.ts";
import { handlerServer } from "../framework/frameworks.ts";
import type { PackageJson } from "../package/package-json.ts";
import { commandsIn, isPackageManager, scriptRunBy, scriptsRunTogether } from "./command-line.ts";

export interface RunTimeNeeds {
  /** Whether the start command may run something from devDependencies. */
  readonly devDependencies: boolean;
  /** Whether a script calls pnpm or Yarn at run time. */
  readonly packageManager: boolean;
}

/**
 * Programs that are always installed and load no packages. `cd` is not among them, because it leads to other packages.
 */
const systemPrograms = new Set([
  handlerServer.program,
  "node",
  "echo",
  "sh",
  "bash",
  "test",
  "true",
  "sleep",
  "mkdir",
  "cp",
]);
/** Programs that run the command that follows them. Those that are not part of the system must be installed. */
const wrappers = new Set(["exec", "npx", "env", "cross-env"]);
const systemWrappers = new Set(["exec", "npx", "env"]);

/** Returns what a start command needs in the image, including the scripts that it runs. In doubt, it is needed. */
export function runTimeNeeds(
  start: { readonly command: readonly string[]; readonly line: string },
  manifest: PackageJson,
): RunTimeNeeds {
  const lines = linesRunBy(start.line, manifest);
  // A line that is a single command is run by npm, whichever package manager it names. Any other line runs as written.
  const asWritten = start.command[0] === "sh" ? lines : lines.slice(1);
  return {
    devDependencies:
      buildsAnew(lines, manifest) || lines.flatMap(commandsIn).some((words) => !needsProductionOnly(words, manifest)),
    packageManager: asWritten
      .flatMap(commandsIn)
      .some(([program = ""]) => program !== "npm" && isPackageManager(program)),
  };
}

/** Whether the command builds again. A build needs the development packages, whatever tool it uses. */
function buildsAnew([, ...lines]: readonly string[], manifest: PackageJson): boolean {
  const script = buildScriptOf(manifest);
  return script !== null && lines.includes(manifest.scripts[script] ?? "");
}

/** Returns the line and those of all scripts of package.json that it runs. */
export function linesRunBy(line: string, manifest: PackageJson): readonly string[] {
  const lines = [line];
  const seen = new Set<string>();
  for (const current of lines) {
    for (const words of commandsIn(current)) {
      const single = scriptRunBy(words, manifest.scripts);
      const scripts = single === null ? scriptsRunTogether(words, manifest.scripts) : [single];
      for (const script of scripts.filter((name) => !seen.has(name))) {
        seen.add(script);
        lines.push(...scriptLines(script, manifest));
      }
    }
  }
  return lines;
}

function scriptLines(name: string, { scripts }: PackageJson): readonly string[] {
  return [`pre${name}`, name, `post${name}`].flatMap((key) => scripts[key] ?? []);
}

function needsProductionOnly(words: readonly string[], manifest: PackageJson): boolean {
  const [program = "", ...rest] = words;
  if (wrappers.has(program)) {
    const inner = rest.slice(rest.findIndex((word) => !word.startsWith("-") && !/^\w+=/.test(word)));
    const isThere = systemWrappers.has(program) || comesWith(program, manifest);
    return isThere && needsProductionOnly(inner, manifest);
  }
  if (scriptRunBy(words, manifest.scripts) !== null) return true; // The lines of the script are checked separately.
  if (program === "node") return loadedModules(rest).every((name) => isPartOfApp(name) || comesWith(name, manifest));
  return systemPrograms.has(program) || isPartOfApp(program) || comesWith(program, manifest);
}

/** Returns modules that Node preloads: `-r dotenv/config`, `--import=tsx`. */
function loadedModules(words: readonly string[]): readonly string[] {
  return words.flatMap((word, index) => {
    const flag = /^(?:-r|--require|--import|--loader|--experimental-loader)(?:=(.+))?$/.exec(word);
    return flag ? (flag[1] ?? words[index + 1] ?? []) : [];
  });
}

function isPartOfApp(name: string): boolean {
  return name.startsWith("./") || name.startsWith("../") || name.startsWith("/") || name.startsWith("node:");
}

/**
 * Whether a production dependency provides a program or module, by its name or the end of it: `serve` for
 * @remix-run/serve.
 */
function comesWith(name: string, { dependencies, devDependencies }: PackageJson): boolean {
  const brings = (dependency: string) =>
    dependency === name || name.startsWith(`${dependency}/`) || dependency.endsWith(`/${name}`);
  return dependencies.some(brings) && !devDependencies.some(brings);
}

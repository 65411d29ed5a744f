import { readIgnoreFile } from "../../dockerfile/from-dockerfile.ts";
import { mainProcess, readProcfile } from "../../manifest/procfile.ts";
import type { Provider } from "../../plan/detected.ts";
import type { BaseName, SourceTree } from "../../plan/plan.ts";
import { argumentVector } from "../../shell/simple-command.ts";
import { firstOf } from "../../source/source-tree.ts";
import { type GoImage, goDockerfile } from "./go-dockerfile.ts";
import { moduleInC, readModules } from "./go-modules.ts";
import { holdsProgram, programFolder } from "./go-program.ts";
import { type ProgramLine, readProgramLine } from "./procfile-line.ts";

const runner: BaseName = "debian:12";

/** A Go program: a module, or Go files in the root. */
export const go: Provider = {
  looksFor: "a go.mod (Go)",

  async detect(tree, environment) {
    const inRoot = [...tree.files.keys()].some((path) => /^[^/]+\.go$/.test(path));
    if (firstOf(tree, ["go.mod", "go.work"]) === null && !inRoot) return null;
    const processes = await readProcfile(tree);
    const process = mainProcess(processes);
    const program = readProgramLine(process?.line ?? "");
    const [modules, inC] = await Promise.all([readModules(tree), moduleInC(tree)]);
    const main = { name: program.name, package: await packageOf(tree, program) };
    const line = process === null ? program.name : program.line;
    const image = {
      modules,
      usesC: inC !== null,
      programs: [main, ...(await furtherPrograms(tree, environment.processLines, program.name))],
      folder: process === null && modules.from === "workspace" ? moduleFolder(tree, main.package) : "",
      command: argumentVector(line),
      secrets: environment.buildVariables.secret,
    };
    const builder: BaseName = image.usesC ? "go:1-full" : "go:1";
    const { wanted } = modules;

    return {
      kind: process?.kind ?? "web",
      port: null,
      portSource: null,
      recipe: {
        dockerfile: ".baton/Dockerfile",
        generate: (baseReference) =>
          goDockerfile({ builder: baseReference(builder), runner: baseReference(runner), ...image }),
        bases: [builder, runner],
        extraFiles: new Map(),
        ignore: [...(await readIgnoreFile(tree, null)), ...modules.files.map((file) => `!${file}`)],
        target: null,
        args: {},
        buildSecrets: image.secrets,
      },
      lineInImage: (text) => readProgramLine(text).line,
      decisions: [
        `Go 1${wanted === null ? "" : ` (${wanted.source}: ${wanted.text})`}`,
        modules.decision,
        ...(inC === null ? [] : [`With a C compiler, for ${inC}`]),
        `Build: go build ${image.programs.map((each) => each.package).join(", ")}`,
        `Start: ${line}${process ? ` (${process.source})` : ""}`,
      ],
      warnings: [],
    };
  },
};

/**
 * Returns the argument of `go build`: the folder in the line, else the one with a program of that name, else the folder
 * of the only program.
 */
async function packageOf(tree: SourceTree, { name, folder }: ProgramLine): Promise<string> {
  if (folder !== null) return folder === "" ? "." : `./${folder}`;
  if (await holdsProgram(tree, `cmd/${name}`)) return `./cmd/${name}`;
  const module = /^module\s+(\S+)/m.exec((await tree.read("go.mod")) ?? "")?.[1]?.replace(/\/v\d+$/, "");
  return programFolder(tree, [name, ...(module === undefined ? [] : [module.split("/").at(-1) ?? ""])]);
}

/** Returns the programs that other processes of the Procfile run, if the module has them. */
async function furtherPrograms(tree: SourceTree, lines: readonly string[], main: string): Promise<GoImage["programs"]> {
  const programs = new Map<string, string>();
  for (const { name, folder } of lines.map(readProgramLine)) {
    const source = folder ?? `cmd/${name}`;
    if (name !== main && (await holdsProgram(tree, source))) programs.set(name, `./${source}`);
  }
  return [...programs].map(([name, source]) => ({ name, package: source }));
}

/** Returns the folder of the workspace's module that contains the package, because the program's files are there. */
function moduleFolder(tree: SourceTree, package_: string): string {
  const folders = package_.replace(/^\.\/?/, "").split("/");
  const depth = folders.findLastIndex((_, index) => tree.files.has(`${folders.slice(0, index + 1).join("/")}/go.mod`));
  return folders.slice(0, depth + 1).join("/");
}

import type { Provider } from "../detected.ts";
import { readIgnoreFile } from "../from-dockerfile.ts";
import { type GoImage, goDockerfile } from "../go/go-dockerfile.ts";
import { programFolder } from "../go/go-program.ts";
import type { BaseName, SourceTree } from "../plan.ts";
import { processOf, readProcfile } from "../procfile.ts";
import { argumentVector, parseSimpleCommand } from "../simple-command.ts";

const builder: BaseName = "go:1";
const runner: BaseName = "debian:12";

/** A Go program: a module, or Go files in the root. */
export const go: Provider = {
  looksFor: "a go.mod (Go)",

  async detect(tree, installation) {
    const module = await tree.read("go.mod");
    const workspace = await tree.read("go.work");
    const inRoot = [...tree.files.keys()].some((path) => /^[^/]+\.go$/.test(path));
    if (module === null && workspace === null && !inRoot) return null;
    const processes = await readProcfile(tree);
    const process = processOf(processes, "web") ?? processOf(processes, "worker");
    const program = programName(process?.line ?? null);
    const moduleName = /^module\s+(\S+)/m.exec(module ?? "")?.[1]?.replace(/\/v\d+$/, "");
    const names = [program, ...(moduleName ? [moduleName.split("/").at(-1) ?? ""] : [])];
    const main = { name: program, package: await programFolder(tree, names) };
    const isVendored = tree.files.has("vendor/modules.txt");
    const line = process?.line ?? program;
    const image = {
      modules: modulesOf(module, workspace, isVendored),
      files: ["go.mod", "go.sum"].filter((file) => tree.files.has(file)),
      programs: [main, ...furtherPrograms(tree, installation.processLines, program)],
      command: argumentVector(line),
      secrets: installation.buildVariables.secret,
    };
    const wanted = /^go\s+(\d+\.\d+)/m.exec(module ?? workspace ?? "")?.[1];

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
        ignore: [...(await readIgnoreFile(tree, null)), ...image.files.map((file) => `!${file}`)],
        target: null,
        args: {},
        buildSecrets: image.secrets,
      },
      decisions: [
        `Go 1${wanted === undefined ? "" : ` (${module === null ? "go.work" : "go.mod"}: ${wanted})`}`,
        modulesDecision[image.modules],
        `Build: go build ${image.programs.map((each) => each.package).join(", ")}`,
        `Start: ${line}${process ? ` (${process.source})` : ""}`,
      ],
      warnings: [],
    };
  },
};

/** A workspace (go.work) names modules that lie in the repository: what it downloads is known only with all of it. */
function modulesOf(module: string | null, workspace: string | null, isVendored: boolean): GoImage["modules"] {
  if (module === null && workspace === null) return "none";
  if (isVendored) return "vendored";
  return workspace === null ? "downloaded" : "workspace";
}

const modulesDecision: Readonly<Record<GoImage["modules"], string>> = {
  workspace: "Several modules, from go.work",
  none: "No go.mod, so only the standard library is there",
  vendored: "Modules are taken from vendor/",
  downloaded: "go mod download, from go.mod",
};

/** Procfiles name the program that the build makes: `web: shop -verbose` or `web: bin/shop`. */
function programName(line: string | null): string {
  const [word = ""] = (line === null ? null : parseSimpleCommand(line))?.words ?? [];
  const name = word.replace(/^(?:\.\/)?(?:bin\/)?/, "");
  return /^[\w-]+$/.test(name) && name !== "go" ? name : "app";
}

/** Those that other processes of the Procfile run, where the module has them. */
function furtherPrograms(tree: SourceTree, lines: readonly string[], main: string): GoImage["programs"] {
  const names = new Set(lines.map(programName));
  return [...names]
    .filter((name) => name !== main && tree.files.has(`cmd/${name}/main.go`))
    .map((name) => ({ name, package: `./cmd/${name}` }));
}

import type { Provider } from "../detected.ts";
import { readIgnoreFile } from "../from-dockerfile.ts";
import { type GoImage, goDockerfile } from "../go/go-dockerfile.ts";
import { type BaseName, PlanProblem, type SourceTree } from "../plan.ts";
import { processOf, readProcfile } from "../procfile.ts";
import { argumentVector, parseSimpleCommand } from "../simple-command.ts";

const builder: BaseName = "go:1";
const runner: BaseName = "debian:12";

/** A Go program: a module, or Go files in the root. */
export const go: Provider = {
  looksFor: "a go.mod (Go)",

  async detect(tree, installation) {
    const module = await tree.read("go.mod");
    const inRoot = [...tree.files.keys()].some((path) => /^[^/]+\.go$/.test(path));
    if (module === null && !inRoot) return null;
    const processes = await readProcfile(tree);
    const process = processOf(processes, "web") ?? processOf(processes, "worker");
    const program = programName(process?.line ?? null);
    const main = { name: program, package: inRoot ? "." : commandFolder(tree, program) };
    const line = process?.line ?? program;
    const image = {
      hasModule: module !== null,
      files: ["go.mod", "go.sum"].filter((file) => tree.files.has(file)),
      programs: [main, ...furtherPrograms(tree, installation.processLines, program)],
      command: argumentVector(line),
    };
    const wanted = /^go\s+(\d+\.\d+)/m.exec(module ?? "")?.[1];

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
      },
      decisions: [
        `Go 1${wanted === undefined ? "" : ` (go.mod: ${wanted})`}`,
        module === null ? "No go.mod, so only the standard library is there" : "go mod download, from go.mod",
        `Build: go build ${image.programs.map((each) => each.package).join(", ")}`,
        `Start: ${line}${process ? ` (${process.source})` : ""}`,
      ],
      warnings: [],
    };
  },
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

function commandFolder(tree: SourceTree, program: string): string {
  const folders = [...tree.files.keys()].flatMap((path) => /^(cmd\/[\w-]+)\/main\.go$/.exec(path)?.[1] ?? []);
  if (folders.includes(`cmd/${program}`)) return `./cmd/${program}`;
  const [folder, ...others] = folders;
  if (folder !== undefined && others.length === 0) return `./${folder}`;
  throw new PlanProblem(
    folder === undefined
      ? "this is a Go module without a program: there is no Go file in the root, and no cmd/…/main.go"
      : `this Go module has several programs (${folders.join(", ")}), and nothing says which one is deployed`,
    "Name it in a Procfile (web: bin/shop), or add a Dockerfile that builds the one that is meant.",
  );
}

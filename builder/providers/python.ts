import type { Provider } from "../detected.ts";
import { readIgnoreFile } from "../from-dockerfile.ts";
import { type BaseName, PlanProblem, type SourceTree } from "../plan.ts";
import { readProcfile } from "../procfile.ts";
import { pythonDockerfile } from "../python/python-dockerfile.ts";
import { choosePackages, packageNames } from "../python/python-packages.ts";
import { findPythonStart } from "../python/python-start.ts";
import { choosePython } from "../python/python-version.ts";
import { argumentVector } from "../simple-command.ts";
import { firstOf } from "../source-tree.ts";

const marks = [
  "requirements.txt",
  "pyproject.toml",
  "Pipfile",
  "setup.py",
  "manage.py",
  "main.py",
  "app.py",
  "server.py",
  "bot.py",
];

/** A Python app: a list of packages, a program with a usual name, or a Procfile that runs Python. */
export const python: Provider = {
  looksFor: "a requirements.txt or pyproject.toml (Python)",

  async detect(tree, installation) {
    const processes = await readProcfile(tree);
    if (firstOf(tree, marks) === null && !runsPython(tree, processes)) return null;
    const packages = await choosePackages(tree);
    const start = await findPythonStart(tree, processes, await packageNames(tree));
    if (start === null) throw notStartable();

    const version = await choosePython(tree);
    const base: BaseName = `python:${version.version}`;
    const installs = packages !== null || start.extraPackages.length > 0;
    const secrets = installs ? installation.buildVariables.secret : [];
    const image = { packages, extraPackages: start.extraPackages, command: argumentVector(start.line), secrets };
    return {
      kind: start.kind,
      port: null,
      portSource: null,
      recipe: {
        dockerfile: ".baton/Dockerfile",
        generate: (baseReference) => pythonDockerfile({ base: baseReference(base), ...image }),
        bases: [base],
        extraFiles: new Map(),
        ignore: [
          "**/__pycache__",
          "**/.venv",
          ...(await readIgnoreFile(tree, null)),
          ...(packages?.files ?? []).map((file) => `!${file}`),
        ],
        target: null,
        args: {},
        buildSecrets: secrets,
      },
      decisions: [
        version.decision,
        packages?.decision ?? "No dependencies, so nothing is installed",
        ...start.extraPackages.map((name) => `${name} is added, because a production server is needed`),
        `Start: ${start.line} (${start.source})`,
      ],
      warnings: [version.warning, packages?.warning ?? null].filter((text) => text !== null),
    };
  },
};

function runsPython(tree: SourceTree, processes: ReadonlyMap<string, string>): boolean {
  const isPython = [...tree.files.keys()].some((path) => /^[^/]+\.py$/.test(path));
  return (
    isPython && [...processes.values()].some((line) => /^(?:python3?|gunicorn|uvicorn|flask|hypercorn)\b/.test(line))
  );
}

function notStartable(): PlanProblem {
  return new PlanProblem(
    "this is written in Python, but nothing says how it is started: there is no Procfile, no manage.py, and no main.py, app.py or server.py",
    "Add a Procfile (web: python3 -u program.py) or a Dockerfile.",
  );
}

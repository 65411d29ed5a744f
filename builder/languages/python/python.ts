import { readIgnoreFile } from "../../dockerfile/from-dockerfile.ts";
import { pythonInFull } from "../../images/base-images.ts";
import { readProcfile } from "../../manifest/procfile.ts";
import type { Provider } from "../../plan/detected.ts";
import { type BaseName, PlanProblem, type SourceTree } from "../../plan/plan.ts";
import { argumentVector } from "../../shell/simple-command.ts";
import { firstOf } from "../../source/source-tree.ts";
import { collectStatic } from "./collect-static.ts";
import { findDjango } from "./django.ts";
import { fetchedByGit } from "./fetched-by-git.ts";
import { readPyproject } from "./pyproject.ts";
import { pythonDockerfile } from "./python-dockerfile.ts";
import { choosePackages, type PythonPackages, packageNames } from "./python-packages.ts";
import { findPythonStart } from "./python-start.ts";
import { choosePython } from "./python-version.ts";

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

  async detect(tree, environment) {
    const processes = await readProcfile(tree);
    if (firstOf(tree, marks) === null && !runsPython(tree, processes)) return null;
    const project = await readPyproject(tree);
    const [packages, names] = await Promise.all([choosePackages(tree, project), packageNames(tree)]);
    const django = await findDjango(tree, names);
    const isInstalled = packages !== null && (packages.installApp !== null || packages.wantsSource);
    const start = await findPythonStart({ tree, processes, packages: names, project, django, isInstalled });
    if (start === null) throw notStartable();

    const version = await choosePython(tree, project);
    const base: BaseName = `python:${version.version}`;
    const fetched = packages && (await fetchedByGit(tree));
    const builder = fetched === null ? base : pythonInFull(version.version);
    const statics = collectStatic(django, names, processes, environment.buildVariables);
    const needsBuild = packages !== null || start.extraPackages.length > 0 || statics.command !== null;
    const secrets = needsBuild ? environment.buildVariables.secret : [];
    const image = {
      packages,
      extraPackages: start.extraPackages,
      prepare: statics.command,
      command: argumentVector(start.line),
      secrets,
    };
    return {
      kind: start.kind,
      port: null,
      portSource: null,
      recipe: {
        dockerfile: ".baton/Dockerfile",
        generate: (baseReference) =>
          pythonDockerfile({ builder: baseReference(builder), base: baseReference(base), ...image }),
        bases: [...new Set([builder, base])],
        extraFiles: packages?.extraFiles ?? new Map(),
        ignore: await ignoredFiles(tree, packages),
        target: null,
        args: {},
        buildSecrets: secrets,
      },
      decisions: [
        version.decision,
        ...describePackages(packages, fetched),
        ...start.extraPackages.map((name) => `${name} is added, because a production server is needed`),
        ...(packages?.installApp ? ["The app itself is installed too, in place"] : []),
        ...statics.decisions,
        `Start: ${start.line} (${start.source})`,
        ...(django && !runsMigrations(processes) ? [migrations] : []),
      ],
      warnings: [
        version.warning,
        packages?.warning ?? null,
        statics.warning,
        django?.keepsDataInFile && environment.volumes.length === 0 ? losesData : null,
      ].filter((text) => text !== null),
    };
  },
};

async function ignoredFiles(tree: SourceTree, packages: PythonPackages | null): Promise<readonly string[]> {
  const lists = (packages?.files ?? []).map((file) => `!${file}`);
  return ["**/__pycache__", "**/.venv", ...(await readIgnoreFile(tree, null)), ...lists];
}

function describePackages(packages: PythonPackages | null, fetchedByGit: string | null): readonly string[] {
  if (packages === null) return ["No dependencies, so nothing is installed"];
  const withGit = `Packages are installed in an image with git, for ${fetchedByGit}`;
  return fetchedByGit === null ? [packages.decision] : [packages.decision, withGit];
}

function runsMigrations(processes: ReadonlyMap<string, string>): boolean {
  return [...processes.values()].some((line) => /\bmigrate\b/.test(line));
}

const migrations =
  "Migrations are not run. To run them before every new version starts, add `release: python3 manage.py migrate` to a Procfile";

const losesData =
  "the settings keep the database in a file (SQLite). Each container has its own, so a new version starts without the data. Put it in a volume (volumes: in baton.yaml), or use a database server";

function runsPython(tree: SourceTree, processes: ReadonlyMap<string, string>): boolean {
  const isPython = [...tree.files.keys()].some((path) => /^[^/]+\.py$/.test(path));
  return (
    isPython && [...processes.values()].some((line) => /^(?:python3?|gunicorn|uvicorn|flask|hypercorn)\b/.test(line))
  );
}

function notStartable(): PlanProblem {
  return new PlanProblem(
    "this is a Python app, but nothing says how to start it: there is no Procfile, no manage.py, and no main.py, app.py or server.py",
    "Add a Procfile (web: python3 -u program.py) or a Dockerfile.",
  );
}

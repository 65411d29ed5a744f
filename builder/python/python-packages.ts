import type { SourceTree } from "../plan.ts";
import { firstOf } from "../source-tree.ts";

/** How an app's packages are installed into /opt/venv, as commands of a Dockerfile's RUN. */
export interface PythonPackages {
  /** Files that install goes by. */
  readonly files: readonly string[];
  /** The app itself is one of the packages, so all of it has to be there first. */
  readonly wantsSource: boolean;
  readonly install: readonly string[];
  readonly decision: string;
  readonly warning: string | null;
}

/** Null when there is nothing to install: no list of packages, or an empty one. */
export async function choosePackages(tree: SourceTree): Promise<PythonPackages | null> {
  const project = (await tree.read("pyproject.toml")) ?? "";
  if (tree.files.has("uv.lock")) return uv(tree);
  if (tree.files.has("poetry.lock") || /^\[tool\.poetry\]/m.test(project)) return poetry(tree);
  if (tree.files.has("Pipfile.lock")) return pipenv();

  const requirements = await tree.read("requirements.txt");
  if (requirements !== null) return isEmpty(requirements) ? null : pip(requirements);
  if (/^\[project\]/m.test(project)) return /^dependencies\s*=\s*\[\s*[^\]\s]/m.test(project) ? ofProject() : null;
  return tree.files.has("Pipfile") ? pipenv() : null;
}

/** The names that the app's own lists hold, as far as they can be told: enough to know a framework. */
export async function packageNames(tree: SourceTree): Promise<ReadonlySet<string>> {
  const texts = await Promise.all(["requirements.txt", "pyproject.toml", "Pipfile"].map((path) => tree.read(path)));
  const words =
    texts
      .join("\n")
      .toLowerCase()
      .match(/(?:^|["'\s])[a-z][a-z0-9_.-]*/gm) ?? [];
  return new Set(words.map((word) => word.replace(/^["'\s]+/, "").replaceAll("_", "-")));
}

function isEmpty(requirements: string): boolean {
  return requirements.split("\n").every((line) => line.replace(/#.*/, "").trim() === "");
}

function pip(requirements: string): PythonPackages {
  const pinned = requirements.split("\n").every((line) => !/^[A-Za-z]/.test(line) || /==|@/.test(line));
  return {
    files: ["requirements.txt"],
    // `-r base.txt`, `-e .` and `./wheels/x.whl` name further files.
    wantsSource: /^\s*(?:-[rce]\b|--(?:requirement|constraint|editable|find-links)\b|\.|file:)/m.test(requirements),
    install: ["pip install --requirement requirements.txt"],
    decision: "pip install, from requirements.txt",
    warning: pinned
      ? null
      : "requirements.txt names packages without a version (==), so two builds of one version can differ",
  };
}

function ofProject(): PythonPackages {
  return {
    files: ["pyproject.toml"],
    wantsSource: true,
    install: ["pip install ."],
    decision: "pip install, from pyproject.toml",
    warning: "there is no lockfile (uv.lock, poetry.lock), so two builds of one version can differ",
  };
}

function uv(tree: SourceTree): PythonPackages {
  return {
    files: there(tree, ["pyproject.toml", "uv.lock"]),
    wantsSource: false,
    install: [
      "pip install uv",
      "UV_PROJECT_ENVIRONMENT=/opt/venv uv sync --frozen --no-dev --no-install-project --inexact",
    ],
    decision: "uv sync, from uv.lock",
    warning: null,
  };
}

function poetry(tree: SourceTree): PythonPackages {
  return {
    files: there(tree, ["pyproject.toml", "poetry.lock"]),
    wantsSource: false,
    // Apart from the app's own packages: the two would fight over versions.
    install: [
      "python3 -m venv /opt/poetry",
      "/opt/poetry/bin/pip install poetry",
      "/opt/poetry/bin/poetry install --only main --no-root --no-interaction",
    ],
    decision: `poetry install, ${tree.files.has("poetry.lock") ? "from poetry.lock" : "without a lockfile"}`,
    warning: tree.files.has("poetry.lock") ? null : "there is no poetry.lock, so two builds of one version can differ",
  };
}

function pipenv(): PythonPackages {
  return {
    files: ["Pipfile*"],
    wantsSource: false,
    install: [
      "python3 -m venv /opt/pipenv",
      "/opt/pipenv/bin/pip install pipenv",
      "PIPENV_IGNORE_VIRTUALENVS=0 /opt/pipenv/bin/pipenv install --deploy",
    ],
    decision: "pipenv install, from Pipfile",
    warning: null,
  };
}

function there(tree: SourceTree, paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => firstOf(tree, [path]) ?? []);
}

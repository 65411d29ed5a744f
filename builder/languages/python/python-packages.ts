import { PlanProblem, type SourceTree } from "../../plan/plan.ts";
import { firstOf } from "../../source/source-tree.ts";
import type { Pyproject } from "./pyproject.ts";
import { type Requirements, readRequirements } from "./requirements.ts";

/** How an app's packages are installed into /opt/venv, as commands of a Dockerfile's RUN. */
export interface PythonPackages {
  /** The files that determine the installation. It is repeated only when one of them changes. */
  readonly files: readonly string[];
  /** Those of the files that Baton generates. */
  readonly extraFiles: ReadonlyMap<string, string>;
  /** Whether a package is in the repository, so that the source must be copied first. */
  readonly wantsSource: boolean;
  /** The tool that installs, by its package name; null for pip, which is in the image. */
  readonly tool: "uv" | "poetry" | "pipenv" | null;
  /** Settings of the tool, in the syntax of a Dockerfile's ENV. */
  readonly environment: readonly string[];
  readonly install: string;
  /** The command that installs the app itself after the source is copied; null when it runs from its folder. */
  readonly installApp: string | null;
  readonly decision: string;
  readonly warning: string | null;
}

/** Returns null when there is nothing to install: no list of packages, or an empty one. Rejects with PlanProblem. */
export async function choosePackages(tree: SourceTree, project: Pyproject | null): Promise<PythonPackages | null> {
  if (tree.files.has("uv.lock")) return uv(tree, needPyproject(project, "uv.lock"));
  if (tree.files.has("poetry.lock")) return poetry(tree, needPyproject(project, "poetry.lock"));
  if (tree.files.has("Pipfile.lock")) return pipenv(tree);

  const requirements = await readRequirements(tree, "requirements.txt");
  if (requirements !== null && !isEmpty(requirements)) return pip(tree, requirements, project);
  if (project?.poetry && project.dependencies === null) return poetry(tree, project);
  if (project?.uv && (project.uv.isWorkspace || project.hasLocalPackages)) return uv(tree, project);
  const ofProject = project && pipOfProject(tree, project);
  if (ofProject) return ofProject;
  if (tree.files.has("Pipfile")) return pipenv(tree);
  return tree.files.has("setup.py") && requirements === null ? editable("setup.py") : null;
}

/** Returns the package names in the app's own lists. They are approximate, but enough to recognise a framework. */
export async function packageNames(tree: SourceTree): Promise<ReadonlySet<string>> {
  const words = (await readLists(tree)).toLowerCase().match(/(?:^|["'\s])[a-z][a-z0-9_.-]*/gm) ?? [];
  return new Set(words.map((word) => word.replace(/^["'\s]+/, "").replaceAll("_", "-")));
}

/** Returns an app's lists of packages as one text. */
export async function readLists(tree: SourceTree): Promise<string> {
  const included = (await readRequirements(tree, "requirements.txt"))?.files ?? [];
  const files = [...included, "pyproject.toml", "Pipfile", "setup.py", "setup.cfg"];
  return (await Promise.all(files.map((path) => tree.read(path)))).join("\n");
}

function needPyproject(project: Pyproject | null, lockfile: string): Pyproject {
  if (project !== null) return project;
  throw new PlanProblem(`${lockfile} exists, but the pyproject.toml that it belongs to does not`, "Commit that too.");
}

function isEmpty({ packages, namesSource }: Requirements): boolean {
  return packages.length === 0 && !namesSource;
}

const ofPip = { extraFiles: new Map(), tool: null, environment: [] } as const;
const unpinned = (why: string) => `${why}, so two builds of the same version can differ`;

function pip(tree: SourceTree, { files, packages, namesSource }: Requirements, project: Pyproject | null) {
  const pinned = packages.every((line) => /==|@/.test(line));
  return {
    ...ofPip,
    files,
    wantsSource: namesSource,
    install: "pip install --requirement requirements.txt",
    installApp: namesSource || !mustBeInstalled(tree, project) ? null : "pip install --no-deps --editable .",
    decision: "pip install, from requirements.txt",
    warning: pinned ? null : unpinned("requirements.txt names packages without a version (==)"),
  };
}

/** The list of packages as a separate file, because a pyproject.toml changes for many other reasons. */
const listOfProject = ".baton/requirements.txt";

function pipOfProject(tree: SourceTree, project: Pyproject): PythonPackages | null {
  if (project.hasDynamicDependencies) return editable("pyproject.toml");
  const { dependencies } = project;
  const isInstalled = mustBeInstalled(tree, project);
  if ((dependencies ?? []).length === 0 && !isInstalled) return null;
  return {
    ...ofPip,
    files: [listOfProject],
    extraFiles: new Map([[listOfProject, `${(dependencies ?? []).join("\n")}\n`]]),
    wantsSource: false,
    install: `pip install --requirement ${listOfProject}`,
    installApp: isInstalled ? "pip install --no-deps --editable ." : null,
    decision: "pip install, from pyproject.toml",
    warning: tree.files.has("pdm.lock")
      ? unpinned("pdm.lock is not read")
      : unpinned("there is no lockfile (uv.lock, poetry.lock)"),
  };
}

/** Installs the app itself, because only its build knows its dependencies. */
function editable(source: "pyproject.toml" | "setup.py"): PythonPackages {
  return {
    ...ofPip,
    files: [source],
    wantsSource: true,
    install: "pip install --editable .",
    installApp: null,
    decision: `pip install, from ${source}`,
    warning: unpinned("there is no lockfile (uv.lock, poetry.lock)"),
  };
}

function uv(tree: SourceTree, project: Pyproject): PythonPackages {
  const isLocked = tree.files.has("uv.lock");
  const isWorkspace = project.uv?.isWorkspace ?? false;
  const sync = `/opt/uv/bin/uv sync${isLocked ? " --locked" : ""} --no-dev --inexact`;
  // Without all members of a workspace, uv cannot check whether the lockfile is up to date. The second sync checks it.
  const early = isWorkspace
    ? `${sync.replace("--locked", "--frozen")} --no-install-workspace`
    : `${sync} --no-install-project`;
  return {
    files: there(tree, ["pyproject.toml", "uv.lock"]),
    extraFiles: new Map(),
    wantsSource: project.hasLocalPackages && !isWorkspace,
    tool: "uv",
    environment: [
      // Use the image's Python whatever .python-version says, because the image was chosen by that file.
      "UV_PROJECT_ENVIRONMENT=/opt/venv UV_PYTHON=/opt/venv/bin/python3 UV_PYTHON_DOWNLOADS=never",
      "UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1",
    ],
    install: early,
    installApp: isWorkspace || mustBeInstalled(tree, project) ? sync : null,
    decision: `uv sync, ${isLocked ? "from uv.lock" : "without a lockfile"}`,
    warning: isLocked ? null : unpinned("there is no uv.lock"),
  };
}

function poetry(tree: SourceTree, project: Pyproject): PythonPackages {
  const isLocked = tree.files.has("poetry.lock");
  const install = "/opt/poetry/bin/poetry install --no-interaction --no-ansi";
  const isPackage = project.poetry?.isPackage ?? true;
  return {
    files: there(tree, ["pyproject.toml", "poetry.lock", "poetry.toml"]),
    extraFiles: new Map(),
    wantsSource: project.hasLocalPackages,
    tool: "poetry",
    environment: [],
    install: `${install} --only main --no-root`,
    installApp: isPackage && mustBeInstalled(tree, project) ? `${install} --only-root` : null,
    decision: `poetry install, ${isLocked ? "from poetry.lock" : "without a lockfile"}`,
    warning: isLocked ? null : unpinned("there is no poetry.lock"),
  };
}

function pipenv(tree: SourceTree): PythonPackages {
  const isLocked = tree.files.has("Pipfile.lock");
  return {
    files: there(tree, ["Pipfile", "Pipfile.lock"]),
    extraFiles: new Map(),
    wantsSource: false,
    tool: "pipenv",
    // Install into the existing virtual environment.
    environment: ["PIPENV_IGNORE_VIRTUALENVS=0 PIPENV_VERBOSITY=-1 PIPENV_NOSPIN=1"],
    install: `/opt/pipenv/bin/pipenv install ${isLocked ? "--deploy" : "--skip-lock"}`,
    installApp: null,
    decision: `pipenv install, from ${isLocked ? "Pipfile.lock" : "Pipfile"}`,
    warning: isLocked ? null : unpinned("there is no Pipfile.lock"),
  };
}

/** Whether the app itself must be installed, so that its commands and the packages in src/ are found. */
function mustBeInstalled(tree: SourceTree, project: Pyproject | null): boolean {
  const inSrc = () => [...tree.files.keys()].some((path) => /^src\/[^/]+\/__init__\.py$/.test(path));
  if (!project?.hasBuildSystem) return false;
  return project.scripts.length > 0 || inSrc();
}

function there(tree: SourceTree, paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => firstOf(tree, [path]) ?? []);
}

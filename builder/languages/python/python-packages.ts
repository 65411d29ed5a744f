import { PlanProblem, type SourceTree } from "../../plan/plan.ts";
import { firstOf } from "../../source/source-tree.ts";
import type { Pyproject } from "./pyproject.ts";
import { type Requirements, readRequirements } from "./requirements.ts";

/** How an app's packages are installed into /opt/venv, as commands of a Dockerfile's RUN. */
export interface PythonPackages {
  /** Files that install goes by: nothing else makes it happen anew. */
  readonly files: readonly string[];
  /** Those among them that Baton makes. */
  readonly extraFiles: ReadonlyMap<string, string>;
  /** Something of the repository is one of the packages, so all of it has to be there first. */
  readonly wantsSource: boolean;
  /** The tool that installs, by its name as a package; null: pip, which is there. */
  readonly tool: "uv" | "poetry" | "pipenv" | null;
  /** Settings of the tool, as a Dockerfile's ENV takes them. */
  readonly environment: readonly string[];
  readonly install: string;
  /** Installs the app itself, once the source is there; null: it is run from its folder. */
  readonly installApp: string | null;
  readonly decision: string;
  readonly warning: string | null;
}

/** Null when there is nothing to install: no list of packages, or an empty one. Rejects with PlanProblem. */
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

/** The names that the app's own lists hold, as far as they can be told: enough to know a framework. */
export async function packageNames(tree: SourceTree): Promise<ReadonlySet<string>> {
  const words = (await readLists(tree)).toLowerCase().match(/(?:^|["'\s])[a-z][a-z0-9_.-]*/gm) ?? [];
  return new Set(words.map((word) => word.replace(/^["'\s]+/, "").replaceAll("_", "-")));
}

/** The lists of packages that an app keeps, as one text. */
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

/** The list as a file of its own: a pyproject.toml changes for many reasons. */
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

/** What the app depends on is known only to its build. */
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
  // Without all members of a workspace uv cannot tell whether the lockfile is in step: the second sync does.
  const early = isWorkspace
    ? `${sync.replace("--locked", "--frozen")} --no-install-workspace`
    : `${sync} --no-install-project`;
  return {
    files: there(tree, ["pyproject.toml", "uv.lock"]),
    extraFiles: new Map(),
    wantsSource: project.hasLocalPackages && !isWorkspace,
    tool: "uv",
    environment: [
      // The Python that the image has, whatever .python-version says: it was chosen by that.
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
    // Into the virtual environment that is there, and no other.
    environment: ["PIPENV_IGNORE_VIRTUALENVS=0 PIPENV_VERBOSITY=-1 PIPENV_NOSPIN=1"],
    install: `/opt/pipenv/bin/pipenv install ${isLocked ? "--deploy" : "--skip-lock"}`,
    installApp: null,
    decision: `pipenv install, from ${isLocked ? "Pipfile.lock" : "Pipfile"}`,
    warning: isLocked ? null : unpinned("there is no Pipfile.lock"),
  };
}

/** Its own commands, and packages in src/, are found only where it is installed itself. */
function mustBeInstalled(tree: SourceTree, project: Pyproject | null): boolean {
  const inSrc = () => [...tree.files.keys()].some((path) => /^src\/[^/]+\/__init__\.py$/.test(path));
  if (!project?.hasBuildSystem) return false;
  return project.scripts.length > 0 || inSrc();
}

function there(tree: SourceTree, paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => firstOf(tree, [path]) ?? []);
}

import { type Process, processOf } from "../../manifest/procfile.ts";
import { PlanProblem, type SourceTree } from "../../plan/plan.ts";
import { firstOf } from "../../source/source-tree.ts";
import type { DjangoProject } from "./django.ts";
import type { Pyproject } from "./pyproject.ts";
import { type ServedObject, servedObject } from "./python-frameworks.ts";

export interface PythonStart extends Process {
  /** Packages that the command needs and that the app's own lists lack. */
  readonly extraPackages: readonly string[];
}

const entryFiles = [
  "main.py",
  "app.py",
  "server.py",
  "web.py",
  "wsgi.py",
  "asgi.py",
  "run.py",
  "index.py",
  "application.py",
  "start.py",
  "src/main.py",
  "src/app.py",
  "app/main.py",
  "app/app.py",
  "api/main.py",
  "backend/main.py",
];

/** The facts about an app that decide how it is started. */
export interface PythonApp {
  readonly tree: SourceTree;
  readonly processes: ReadonlyMap<string, string>;
  readonly packages: ReadonlySet<string>;
  readonly project: Pyproject | null;
  readonly django: DjangoProject | null;
  /** Whether the app itself is installed, with its commands. */
  readonly isInstalled: boolean;
}

/**
 * Tries `web` in the Procfile, then Django and other frameworks, then `worker`, then programs with usual names. Null
 * when none is found. Rejects with PlanProblem.
 */
export async function findPythonStart(app: PythonApp): Promise<PythonStart | null> {
  const { tree, processes, packages, django } = app;
  const web = processOf(processes, "web");
  if (web !== null) return { ...web, extraPackages: serversIn(web.line, packages) };
  if (django !== null) return ofDjango(django, packages);

  const files = [...entryFiles.filter((path) => tree.files.has(path)), ...packageFiles(tree)];
  for (const file of files) {
    const served = await servedObject(tree, file, packages);
    if (served !== null) return ofFramework(served, packages);
  }
  const worker = processOf(processes, "worker");
  if (worker !== null) return { ...worker, extraPackages: [] };
  return (await ofItsOwn(app)) ?? onlyProcess(processes);
}

/** Returns the files of packages that may be the app: `shop/__init__.py`, or the same in src/. */
function packageFiles(tree: SourceTree): readonly string[] {
  const outside = /^(?:tests?|docs|examples?|migrations|scripts)\//;
  return [...tree.files.keys()]
    .filter((path) => /^(?:src\/)?\w+\/(?:__init__|main|app)\.py$/.test(path) && !outside.test(path))
    .filter((path) => !entryFiles.includes(path))
    .toSorted();
}

/** Finds a program that serves without a separate server. */
async function ofItsOwn({ tree, packages, project, isInstalled }: PythonApp): Promise<PythonStart | null> {
  const file = firstOf(tree, entryFiles);
  if (file !== null) return { kind: "web", ...(await ownServer(tree, file, packages)), extraPackages: [] };
  const [script, ...others] = project?.scripts ?? [];
  if (isInstalled && script !== undefined && others.length === 0) {
    return { kind: "web", line: script, source: "the command in pyproject.toml", extraPackages: [] };
  }
  // Modules in src/ are found only when they are installed.
  const main = isInstalled ? /^(?:src\/)?(\w+)\/__main__\.py$/ : /^(\w+)\/__main__\.py$/;
  const [module, ...more] = [...tree.files.keys()].flatMap((path) => main.exec(path)?.[1] ?? []);
  if (module !== undefined && more.length === 0) {
    return { kind: "web", line: `python3 -u -m ${module}`, source: `__main__.py of ${module}`, extraPackages: [] };
  }
  if (tree.files.has("bot.py"))
    return { kind: "worker", line: "python3 -u bot.py", source: "bot.py", extraPackages: [] };
  return null;
}

/**
 * Returns the line that starts the program. Some frameworks listen on the port in their own settings and not on PORT.
 */
async function ownServer(
  tree: SourceTree,
  file: string,
  packages: ReadonlySet<string>,
): Promise<Pick<PythonStart, "line" | "source">> {
  const text = (await tree.read(file)) ?? "";
  const uses = (name: string) => packages.has(name) && new RegExp(`^\\s*(?:import|from) ${name}\\b`, "m").test(text);
  if (uses("streamlit")) {
    const line = `streamlit run ${file} --server.address 0.0.0.0 --server.port $PORT --server.headless true`;
    return { line, source: `Streamlit in ${file}` };
  }
  if (uses("gradio")) {
    const line = `env GRADIO_SERVER_NAME=0.0.0.0 GRADIO_SERVER_PORT=$PORT python3 -u ${file}`;
    return { line, source: `Gradio in ${file}` };
  }
  return { line: `python3 -u ${file}`, source: file };
}

/** Returns the only process of a Procfile, whatever its type. */
function onlyProcess(processes: ReadonlyMap<string, string>): PythonStart | null {
  const [[type, line] = [], ...others] = [...processes].filter(([name]) => name !== "release");
  if (type === undefined || line === undefined || others.length > 0) return null;
  return { kind: "worker", line, source: `${type}, the only process in Procfile`, extraPackages: [] };
}

function ofFramework(served: ServedObject, packages: ReadonlySet<string>): PythonStart {
  const { framework, server, isFactory, file } = served;
  const inSrc = file.startsWith("src/") && file.split("/").length > 2;
  const object = inSrc ? served.object.replace(/^src\./, "") : served.object;
  const started =
    server === "uvicorn"
      ? uvicorn(`${object}${isFactory ? " --factory" : ""}${inSrc ? " --app-dir src" : ""}`, packages)
      : gunicorn(`${isFactory ? `'${object}()'` : object}${inSrc ? " --pythonpath src" : ""}`, packages);
  return { kind: "web", ...started, source: `${framework} in ${file}` };
}

function ofDjango({ folder, entry }: DjangoProject, packages: ReadonlySet<string>): PythonStart {
  if (entry === null) {
    throw new PlanProblem(
      "manage.py says that this is Django, but there is no wsgi.py to start it with",
      "Add a Procfile that says how to start it, such as: web: gunicorn mysite.wsgi",
    );
  }
  const { module, isAsgi, file } = entry;
  const started = isAsgi
    ? uvicorn(`${module}:application${folder === "" ? "" : ` --app-dir ${folder}`}`, packages)
    : gunicorn(`${module}${folder === "" ? "" : ` --chdir ${folder}`}`, packages);
  return { kind: "web", ...started, source: `Django in ${file}` };
}

type Started = Pick<PythonStart, "line" | "extraPackages">;

function gunicorn(what: string, packages: ReadonlySet<string>): Started {
  return { line: `gunicorn ${what} --bind 0.0.0.0:$PORT`, extraPackages: missing("gunicorn", packages) };
}

function uvicorn(what: string, packages: ReadonlySet<string>): Started {
  return { line: `uvicorn ${what} --host 0.0.0.0 --port $PORT`, extraPackages: missing("uvicorn", packages) };
}

function missing(server: "gunicorn" | "uvicorn", packages: ReadonlySet<string>): readonly string[] {
  return packages.has(server) ? [] : [server];
}

/**
 * Returns the server that the line runs, if the app's packages lack it. Other platforms provide the server themselves.
 */
function serversIn(line: string, packages: ReadonlySet<string>): readonly string[] {
  const server = (["gunicorn", "uvicorn"] as const).find((name) => line.startsWith(`${name} `));
  return server === undefined || packages.size === 0 ? [] : missing(server, packages);
}

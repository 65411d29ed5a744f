import { PlanProblem, type SourceTree } from "../plan.ts";
import { type Process, processOf } from "../procfile.ts";
import { firstOf } from "../source-tree.ts";

export interface PythonStart extends Process {
  /** Packages that the command needs and the app's own lists leave out. */
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
  "src/main.py",
  "src/app.py",
  "app/main.py",
];

/** Procfile, then Django, FastAPI and Flask, then a file that is usually the program. Null: none of these. */
export async function findPythonStart(
  tree: SourceTree,
  processes: ReadonlyMap<string, string>,
  packages: ReadonlySet<string>,
): Promise<PythonStart | null> {
  const named = processOf(processes, "web") ?? processOf(processes, "worker");
  if (named !== null) return { ...named, extraPackages: [] };
  if (tree.files.has("manage.py")) return django(tree, packages);

  for (const file of entryFiles.filter((path) => tree.files.has(path))) {
    const start = await ofFramework(tree, file, packages);
    if (start !== null) return start;
  }
  const file = firstOf(tree, entryFiles);
  if (file !== null) return { kind: "web", line: `python3 -u ${file}`, source: file, extraPackages: [] };
  if (tree.files.has("bot.py"))
    return { kind: "worker", line: "python3 -u bot.py", source: "bot.py", extraPackages: [] };
  return onlyProcess(processes);
}

/** A Procfile that names one process of another type can mean nothing else. */
function onlyProcess(processes: ReadonlyMap<string, string>): PythonStart | null {
  const [[type, line] = [], ...others] = [...processes].filter(([name]) => name !== "release");
  if (type === undefined || line === undefined || others.length > 0) return null;
  return { kind: "worker", line, source: `${type}, the only process in Procfile`, extraPackages: [] };
}

async function ofFramework(tree: SourceTree, file: string, packages: ReadonlySet<string>): Promise<PythonStart | null> {
  const text = (await tree.read(file)) ?? "";
  const module = file.replace(/\.py$/, "").replaceAll("/", ".");
  const fastApi = /^(\w+)\s*(?::[^=]+)?=\s*(?:fastapi\.)?FastAPI\(/m.exec(text)?.[1];
  if (fastApi !== undefined) {
    return {
      kind: "web",
      line: `uvicorn ${module}:${fastApi} --host 0.0.0.0 --port $PORT`,
      source: `FastAPI in ${file}`,
      extraPackages: packages.has("uvicorn") ? [] : ["uvicorn"],
    };
  }
  const flask = /^(\w+)\s*(?::[^=]+)?=\s*(?:flask\.)?Flask\(/m.exec(text)?.[1];
  if (flask === undefined) return null;
  return { kind: "web", ...gunicorn(`${module}:${flask}`, packages), source: `Flask in ${file}` };
}

async function django(tree: SourceTree, packages: ReadonlySet<string>): Promise<PythonStart> {
  const files = [...tree.files.keys()].filter((path) => /^[\w/]+\/wsgi\.py$/.test(path));
  const settings = /DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]+)\./.exec((await tree.read("manage.py")) ?? "")?.[1];
  const file = files.find((path) => path === `${settings?.replaceAll(".", "/")}/wsgi.py`) ?? files[0];
  if (file === undefined) {
    throw new PlanProblem(
      "manage.py says that this is Django, but there is no wsgi.py to start it by",
      "Add a Procfile that says how it is started, such as: web: gunicorn mysite.wsgi",
    );
  }
  const module = file.replace(/\.py$/, "").replaceAll("/", ".");
  return { kind: "web", ...gunicorn(module, packages), source: `Django in ${file}` };
}

function gunicorn(module: string, packages: ReadonlySet<string>): Pick<PythonStart, "line" | "extraPackages"> {
  return {
    line: `gunicorn ${module} --bind 0.0.0.0:$PORT`,
    extraPackages: packages.has("gunicorn") ? [] : ["gunicorn"],
  };
}

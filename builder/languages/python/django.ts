import type { SourceTree } from "../../plan/plan.ts";
import { firstOf } from "../../source/source-tree.ts";
import { moduleOf } from "./python-frameworks.ts";

/** Facts about a Django project before it runs. */
export interface DjangoProject {
  /** The folder of manage.py; empty for the root. */
  readonly folder: string;
  /** The entry point for a server; null when there is neither a wsgi.py nor an asgi.py. */
  readonly entry: DjangoEntry | null;
  /** Whether its settings say where static files are collected. */
  readonly collectsStatic: boolean;
  /** Whether its settings name no database other than a file. */
  readonly keepsDataInFile: boolean;
}

export interface DjangoEntry {
  readonly file: string;
  /** The module's name: `shop.wsgi`. */
  readonly module: string;
  readonly isAsgi: boolean;
}

/**
 * Finds the Django project by the manage.py in the root or in the only subfolder that has one. Null when there is none.
 */
export async function findDjango(tree: SourceTree, packages: ReadonlySet<string>): Promise<DjangoProject | null> {
  const folder = folderOfManage(tree);
  if (folder === null) return null;
  const prefix = folder === "" ? "" : `${folder}/`;
  const manage = (await tree.read(`${prefix}manage.py`)) ?? "";
  const settings = /DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]+)["']/.exec(manage)?.[1] ?? "";

  const text = await readSettings(tree, prefix, settings);
  const file = entryFile(tree, prefix, settings, packages);
  return {
    folder,
    entry:
      file === null ? null : { file, module: moduleOf(file.slice(prefix.length)), isAsgi: file.endsWith("/asgi.py") },
    collectsStatic: /^\s*STATIC_ROOT\s*[:=]/m.test(text),
    keepsDataInFile:
      /backends\.sqlite3/.test(text) &&
      !/dj_database_url|DATABASE_URL|env\.db\(|backends\.(?!sqlite3)\w+["']/.test(text),
  };
}

function folderOfManage(tree: SourceTree): string | null {
  if (tree.files.has("manage.py")) return "";
  // If the root has an app, that is the one to deploy.
  if (firstOf(tree, ["main.py", "app.py", "server.py", "wsgi.py", "asgi.py"]) !== null) return null;
  const below = [...tree.files.keys()].flatMap((path) => /^([\w-]+)\/manage\.py$/.exec(path)?.[1] ?? []);
  return below.length === 1 ? (below[0] ?? null) : null;
}

/**
 * Returns the entry point next to the settings if there is one. Channels needs ASGI, because WSGI does not support
 * WebSocket.
 */
function entryFile(tree: SourceTree, prefix: string, settings: string, packages: ReadonlySet<string>): string | null {
  const package_ = settings.split(".")[0] ?? "";
  const named = (name: string) => {
    const found = [...tree.files.keys()].filter((path) => path.startsWith(prefix) && path.endsWith(`/${name}`));
    return (
      found.find((path) => path === `${prefix}${package_}/${name}`) ?? found.find((path) => /^[\w/]+\.py$/.test(path))
    );
  };
  const [wsgi, asgi] = [named("wsgi.py"), named("asgi.py")];
  return (packages.has("channels") ? (asgi ?? wsgi) : (wsgi ?? asgi)) ?? null;
}

/** Reads the settings, which are one file or a folder of files. */
async function readSettings(tree: SourceTree, prefix: string, settings: string): Promise<string> {
  const module = `${prefix}${settings.replaceAll(".", "/")}`;
  const around = module.split("/").slice(0, -1).join("/");
  const files = [...tree.files.keys()].filter(
    (path) =>
      path === `${module}.py` || (/settings/.test(path) && path.startsWith(`${around}/`) && path.endsWith(".py")),
  );
  const texts = await Promise.all(files.slice(0, 20).map((path) => tree.read(path)));
  return texts.join("\n");
}

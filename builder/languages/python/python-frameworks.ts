import type { SourceTree } from "../../plan/plan.ts";

/** An object in a module that a server runs: `app = FastAPI()` in main.py. */
export interface ServedObject {
  /** The server's argument: `main:app`, `shop:create_app()`. */
  readonly object: string;
  readonly framework: string;
  readonly server: "gunicorn" | "uvicorn";
  /** Whether it is a function that creates the app. */
  readonly isFactory: boolean;
  readonly file: string;
}

/** How apps of each framework are created, and which server they need. */
const constructors = [
  { framework: "FastAPI", made: /(?:fastapi\.)?FastAPI\(/, server: "uvicorn" },
  { framework: "Flask", made: /(?:flask\.)?Flask\(/, server: "gunicorn" },
  { framework: "Starlette", made: /Starlette\(/, server: "uvicorn" },
  { framework: "Litestar", made: /Litestar\(/, server: "uvicorn" },
  { framework: "Quart", made: /Quart\(/, server: "uvicorn" },
  { framework: "Falcon", made: /falcon\.asgi\.App\(/, server: "uvicorn" },
  { framework: "Falcon", made: /falcon\.(?:App|API)\(/, server: "gunicorn" },
] as const;

/** Matches a function that creates an app. The installed packages tell which framework it uses. */
const factory = /(?:create|make|build|get)_(?:app|application|asgi_app)/;

/** Returns the object in a file that a server can run; null when there is none. */
export async function servedObject(
  tree: SourceTree,
  file: string,
  packages: ReadonlySet<string>,
): Promise<ServedObject | null> {
  const text = (await tree.read(file)) ?? "";
  const module = moduleOf(file);
  for (const { framework, made, server } of constructors) {
    const name = assigned(made, text);
    if (name !== null) return { object: `${module}:${name}`, framework, server, isFactory: false, file };
  }
  // A Dash app is served through its Flask app.
  const flask = /^(\w+)\s*=\s*\w+\.server\b/m.exec(text)?.[1];
  if (flask !== undefined && packages.has("dash")) {
    return { object: `${module}:${flask}`, framework: "Dash", server: "gunicorn", isFactory: false, file };
  }

  const kind = kindByPackages(packages);
  if (kind === null) return null;
  const made = assigned(new RegExp(`${factory.source}\\(`), text);
  if (made !== null) return { object: `${module}:${made}`, ...kind, isFactory: false, file };
  const defined = new RegExp(`^(?:async )?def (${factory.source})\\(`, "m").exec(text)?.[1];
  return defined === undefined ? null : { object: `${module}:${defined}`, ...kind, isFactory: true, file };
}

export function moduleOf(file: string): string {
  return file
    .replace(/\.py$/, "")
    .replace(/\/__init__$/, "")
    .replaceAll("/", ".");
}

/** Returns the module's variable that the result of such a call is assigned to. */
function assigned(call: RegExp, text: string): string | null {
  return new RegExp(`^(\\w+)\\s*(?::[^=\\n]+)?=\\s*(?:\\w+\\.)*${call.source}`, "m").exec(text)?.[1] ?? null;
}

function kindByPackages(packages: ReadonlySet<string>): Pick<ServedObject, "framework" | "server"> | null {
  if (packages.has("fastapi")) return { framework: "FastAPI", server: "uvicorn" };
  if (packages.has("flask")) return { framework: "Flask", server: "gunicorn" };
  return null;
}

import type { BuildVariables } from "../../../server/model/values/build-variables.ts";
import type { DjangoProject } from "./django.ts";

/** Heroku's name for the variable. Users who come from Heroku may have set it. */
const leftOutBy = "DISABLE_COLLECTSTATIC";

export interface CollectedStatic {
  readonly command: string | null;
  readonly decisions: readonly string[];
  readonly warning: string | null;
}

/** Decides whether a Django project's static files are collected in the build, with log lines and a warning. */
export function collectStatic(
  django: DjangoProject | null,
  packages: ReadonlySet<string>,
  processes: ReadonlyMap<string, string>,
  variables: BuildVariables,
): CollectedStatic {
  const nothing: CollectedStatic = { command: null, decisions: [], warning: null };
  if (django === null || !django.collectsStatic) return nothing;
  if (/\bcollectstatic\b/.test(processes.get("web") ?? "")) return nothing;
  if ([...variables.known, ...variables.secret].includes(leftOutBy)) {
    return { ...nothing, decisions: [`Static files are not collected: ${leftOutBy} is set`] };
  }
  const command = `python3 ${django.folder === "" ? "" : `${django.folder}/`}manage.py collectstatic --noinput`;
  const isServed = packages.has("whitenoise") || packages.has("servestatic");
  return {
    command,
    decisions: [`Static files: ${command} (STATIC_ROOT in the settings)`],
    warning: isServed
      ? null
      : "static files are collected, but nothing serves them: Django does so only with DEBUG on. Add WhiteNoise to the packages and to MIDDLEWARE to serve them",
  };
}

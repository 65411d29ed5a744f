import type { PackageJson } from "../package/package-json.ts";

/**
 * Usual names of the build script, in order of precedence. Heroku's own name comes first; documentation tools and
 * Nuxt's static sites come last.
 */
const names = ["heroku-postbuild", "build", "build:prod", "build:production", "docs:build", "build:docs", "generate"];

/** Returns the name of the script that builds the app; null when there is none. */
export function buildScriptOf({ scripts }: PackageJson): string | null {
  return names.find((name) => scripts[name] !== undefined) ?? null;
}

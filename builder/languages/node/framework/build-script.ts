import type { PackageJson } from "../package/package-json.ts";

/** What people call the script that builds. Heroku's own goes before all others; documentation tools and Nuxt's pages come last. */
const names = ["heroku-postbuild", "build", "build:prod", "build:production", "docs:build", "build:docs", "generate"];

/** The name of the script that builds the app; null when there is none. */
export function buildScriptOf({ scripts }: PackageJson): string | null {
  return names.find((name) => scripts[name] !== undefined) ?? null;
}

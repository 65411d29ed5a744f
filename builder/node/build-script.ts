import type { PackageJson } from "./package-json.ts";

/** What people call the script that builds, where it is not `build`: documentation tools and Nuxt's pages among them. */
const names = ["build", "build:prod", "build:production", "docs:build", "build:docs", "generate"];

/** The name of the script that builds the app; null when there is none. */
export function buildScriptOf({ scripts }: PackageJson): string | null {
  return names.find((name) => scripts[name] !== undefined) ?? null;
}

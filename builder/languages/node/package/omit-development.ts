import type { PackageManagerName } from "./package-manager.ts";

/** Variables by which package managers leave out development packages, which builds need. */
const omitting = /^(?:NODE_ENV|npm_config_(?:omit|only|production)|yarn_production|pnpm_config_prod)$/i;

/** Those of these names that may make an install leave out development packages. */
export function omittingAmong(names: readonly string[]): readonly string[] {
  return names.filter((name) => omitting.test(name));
}

/** What an install is given so that it leaves none out; Yarn from 2 on and Bun go by no variable. */
export const withDevelopment: Readonly<Record<PackageManagerName, string | null>> = {
  npm: "--include=dev",
  pnpm: "--prod=false",
  yarn: "--production=false",
  "yarn-berry": null,
  bun: null,
};

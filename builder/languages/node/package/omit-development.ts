import type { PackageManagerName } from "./package-manager.ts";

/** Matches variables that make package managers skip development packages, which builds need. */
const omitting = /^(?:NODE_ENV|npm_config_(?:omit|only|production)|yarn_production|pnpm_config_prod)$/i;

/** Returns those of the names that may make an installation skip development packages. */
export function omittingAmong(names: readonly string[]): readonly string[] {
  return names.filter((name) => omitting.test(name));
}

/** The option that makes an installation include them. Bun and Yarn from version 2 on do not read such variables. */
export const withDevelopment: Readonly<Record<PackageManagerName, string | null>> = {
  npm: "--include=dev",
  pnpm: "--prod=false",
  yarn: "--production=false",
  "yarn-berry": null,
  bun: null,
};

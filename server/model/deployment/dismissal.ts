import type { Deployment } from "./deployment.ts";

/** The name of the setting that stores an installation's last dismissed failure, before the installation's id. */
export const dismissalPrefix = "dismissed-";

/** The setting that stores the last dismissed failure. Earlier failures are not highlighted anyway. */
export function dismissalOf({ installationId }: Pick<Deployment, "installationId">): string {
  return `${dismissalPrefix}${installationId}`;
}

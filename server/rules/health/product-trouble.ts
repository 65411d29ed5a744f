import type { InstallationStatus } from "./service-status.ts";
import type { SystemWarning } from "./system-warning.ts";

/** The health of a product in one environment. */
export interface ProductHealth {
  /** "shop", or "shop in staging". */
  readonly name: string;
  /** Null when Docker does not respond. */
  readonly status: InstallationStatus | null;
  /** Services of the live version that are not running. */
  readonly down: readonly string[];
  /** The newest deployment if it failed, otherwise null. */
  readonly failed: { readonly number: number; readonly message: string } | null;
  /** The number of the deployment that serves. Null when there is none. */
  readonly live: number | null;
}

/** Describes a product's trouble: at most one warning, the more serious one. Pure. */
export function productTrouble({ name, status, down, failed, live }: ProductHealth): SystemWarning | null {
  // A product whose services are only starting is not in trouble.
  if (status === "degraded" && down.length > 0) {
    return {
      isSerious: true,
      text: `${name} is degraded; not healthy: ${down.join(", ")}.`,
      whatToDo: "Its logs say why. You can go back to an earlier version on its Deployments tab.",
    };
  }
  if (!failed) return null;
  const meanwhile =
    live !== null ? `#${live} is live.` : status === "stopped" ? "It is stopped." : "Nothing is live yet.";
  return { isSerious: false, text: `${name} #${failed.number} failed: ${failed.message}.`, whatToDo: meanwhile };
}

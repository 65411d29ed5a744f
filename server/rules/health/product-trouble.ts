import type { InstallationStatus } from "./service-status.ts";
import type { SystemWarning } from "./system-warning.ts";

/** How a product does in one environment. */
export interface ProductHealth {
  /** "shop", "shop in staging". */
  readonly name: string;
  /** Null: Docker does not say. */
  readonly status: InstallationStatus | null;
  /** Services of the live version that do not run. */
  readonly down: readonly string[];
  /** The newest deployment, where that failed. */
  readonly failed: { readonly number: number; readonly message: string } | null;
  /** The deployment that serves; null: none does. */
  readonly live: number | null;
}

/** What somebody should look after about a product: one warning at most, the more serious one. Pure. */
export function productTrouble({ name, status, down, failed, live }: ProductHealth): SystemWarning | null {
  // One whose services are merely starting is not in trouble.
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

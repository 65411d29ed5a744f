import { type Deployment, readyAtOf, specOf } from "../../model/deployment/deployment.ts";
import type { StackSpec } from "../../model/deployment/spec.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import { stopText } from "../../rules/wording/stop-text.ts";
import { displayName } from "./display-name.ts";
import { stacksOf } from "./stack-progress.ts";

/** The result of a product redeploy, as the API documents it. */
export interface RedeployResult {
  readonly success: boolean;
  readonly message: string;
  readonly stackResults: readonly {
    readonly stackName: string;
    readonly stackDisplayName: string;
    readonly serviceCount: number;
    readonly success: boolean;
    readonly error?: string;
  }[];
}

/**
 * The result of a finished deployment, with every stack of its version, even those that it never reached. A deployment
 * that was ready and was stopped later counts as a success.
 */
export async function redeployResult(
  store: Pick<ReadStore, "deployments" | "events">,
  product: string,
  deployment: Deployment,
): Promise<RedeployResult> {
  const [progress, expected] = await Promise.all([store.events.stacks(deployment.id), sourceStacks(store, deployment)]);
  const success = readyAtOf(deployment) !== null;
  const message = success ? "Product redeployed successfully" : whyNot(deployment);
  return {
    success,
    message,
    stackResults: stacksOf(deployment, progress, specOf(deployment)?.stacks ?? expected).map((stack) => ({
      stackName: stackNameOf(product, stack.name),
      stackDisplayName: displayName(stack.name),
      serviceCount: stack.serviceCount,
      success,
      ...(!success && { error: stack.message ?? message }),
    })),
  };
}

/** The stacks of the version that is redeployed. */
export async function sourceStacks(
  store: Pick<ReadStore, "deployments">,
  { sourceId }: { readonly sourceId: DeploymentId | null },
): Promise<readonly StackSpec[]> {
  const source = sourceId === null ? null : await store.deployments.get(sourceId);
  return (source && specOf(source)?.stacks) ?? [];
}

export function stackNameOf(product: string, stack: string): string {
  return `${product}-${stack}`;
}

function whyNot(deployment: Deployment): string {
  switch (deployment.status) {
    case "failed": {
      const { stage, message } = deployment.failure;
      return `The redeploy failed (${stage}): ${message}`;
    }
    case "stopped":
      return `The redeploy was stopped: ${stopText(deployment)}`;
    case "queued":
    case "building":
    case "deploying":
    case "ready":
      throw new Error(
        `deployment ${deployment.id} is ${deployment.status}, which is not a final state without success`,
      );
  }
}

import type { ServiceSpec } from "../../model/deployment/spec.ts";
import { StartFailed } from "../../ports/engine/containers.ts";
import { ImageMissing } from "../../ports/engine/images.ts";
import { execTrouble } from "../../rules/diagnosis/exec-trouble.ts";
import { startRefusal } from "../../rules/diagnosis/start-refusal.ts";
import type { DeploymentContext } from "../context/context.ts";
import { DeploymentFailed } from "../deployment-failed.ts";
import { findPrograms, machineArchitecture } from "../images/base/find-programs.ts";

/**
 * Explains why the engine could not start a service, as far as the repository tells. Any other error is returned
 * unchanged.
 */
export async function startFailure(
  context: DeploymentContext,
  stage: "init" | "start",
  service: ServiceSpec,
  error: unknown,
): Promise<unknown> {
  const { name } = service;
  if (error instanceof ImageMissing) {
    const message = "its image was deleted before it could be started";
    const hint = "Deploy again to rebuild it.";
    return new DeploymentFailed({ stage, service: name, message, hint }, { cause: error });
  }
  if (error instanceof StartFailed) {
    const trouble = execTrouble(null, [error.message], await findPrograms(context), machineArchitecture);
    const { reason, hint } = trouble ? { reason: trouble.what, hint: trouble.advice } : startRefusal(error.message);
    const message = `${name} could not be started: ${reason}`;
    return new DeploymentFailed({ stage, service: name, message, hint }, { cause: error });
  }
  return error;
}

import type { Running } from "../../model/deployment/deployment.ts";
import { secretVariablesOf } from "../../model/deployment/spec.ts";
import type { Journal } from "../record/journal.ts";
import { createStackProgressRecorder } from "../record/stack-progress-recorder.ts";
import type { DeploymentContext, PipelineContext } from "./context.ts";
import { createDockerSilence, listening } from "./docker-silence.ts";

/**
 * Reads everything that a deployment needs. For a resumed one, secrets are redacted and the progress continues where it
 * was.
 */
export async function openContext(
  pipeline: PipelineContext,
  deployment: Running,
  journal: Journal,
  signal: AbortSignal,
): Promise<DeploymentContext> {
  const { store } = pipeline;
  const installed = await store.installations.installedProduct(deployment.installationId);
  if (!installed) throw new Error(`deployment ${deployment.id} belongs to no installation`);
  const { product, environment, installation } = installed;
  const progress = createStackProgressRecorder(journal, await store.events.stacks(deployment.id));
  if (deployment.status === "deploying") {
    progress.list(deployment.spec.stacks);
    journal.hide(secretVariablesOf(deployment.spec));
  }
  const silence = createDockerSilence();
  const engine = listening(pipeline.engine, pipeline.clock, silence);
  return { ...pipeline, engine, deployment, product, environment, installation, journal, progress, silence, signal };
}

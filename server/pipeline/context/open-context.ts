import type { Running } from "../../model/deployment/deployment.ts";
import { secretVariablesOf } from "../../model/deployment/spec.ts";
import { createNetworkAhead } from "../containers/network-ahead.ts";
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
  const [installed, stacks] = await Promise.all([
    store.installations.installedProduct(deployment.installationId),
    store.events.stacks(deployment.id),
  ]);
  if (!installed) throw new Error(`deployment ${deployment.id} belongs to no installation`);
  const { product, environment, installation } = installed;
  const progress = createStackProgressRecorder(journal, stacks);
  if (deployment.status === "deploying") {
    progress.list(deployment.spec.stacks);
    journal.hide(secretVariablesOf(deployment.spec));
  }
  const silence = createDockerSilence();
  const engine = listening(pipeline.engine, pipeline.clock, silence);
  const context = {
    ...{ ...pipeline, engine, silence, signal },
    ...{ deployment, product, environment, installation, journal, progress },
  };
  return { ...context, networkAhead: createNetworkAhead(context) };
}

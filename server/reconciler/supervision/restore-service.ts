import { specOf } from "../../model/deployment/deployment.ts";
import { type ServiceSpec, secretVariablesOf } from "../../model/deployment/spec.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import { provideNetworks } from "../../pipeline/containers/networks.ts";
import { runContainer } from "../../pipeline/containers/run-container.ts";
import { isReplacedBy, type Repair } from "../../rules/rollout/reconcile.ts";
import { makerOf } from "../../rules/rollout/stateful.ts";
import { createRedact } from "../../rules/wording/redact.ts";
import { redactError } from "../../rules/wording/redact-error.ts";
import type { ReconcilerContext } from "../context.ts";
import { rebuildWithoutImage } from "../rebuild-version.ts";

/** Starts a service of a live version again, with its former port, image and data. */
export async function restoreService(
  context: ReconcilerContext,
  repair: Extract<Repair, { type: "restore-service" }>,
): Promise<void> {
  const { store, proxy } = context;
  const deployment = await store.deployments.get(repair.deployment);
  const installation = await store.installations.get(repair.installation);
  const spec = deployment && specOf(deployment);
  const stack = spec?.stacks.find(({ services }) => services.some(({ name }) => name === repair.service));
  const service = stack?.services.find(({ name }) => name === repair.service);
  // It was replaced or stopped in the meantime, so nothing is left to restore.
  if (!spec || !stack || !service || installation?.liveDeploymentId !== repair.deployment) return;

  const owner = { product: installation.productId, installation: installation.id, deployment: repair.deployment };
  const networks = await provideNetworks(context, owner, spec);
  const maker = { ...owner, deployment: makerOf(service, deployment) };
  const making = { owner: maker, spec, stack: stack.name, service, networks, onNote: () => {} };
  if (await isBeingReplaced(context, installation.id, service)) return;
  const started = await runContainer(context, making).catch(async (error: unknown) => {
    if (await rebuildWithoutImage(context, deployment, service)) return null;
    throw redactError(error, createRedact(secretVariablesOf(spec)));
  });
  if (started === null) return;
  const { hostAddress } = started;
  if (service.kind === "web" && hostAddress !== null) {
    await proxy.prepare(installation.id, deployment.id, new Map([[service.name, hostAddress]]));
  }
  const text = `${service.name} was no longer running; it was started again`;
  await store.events.append(repair.deployment, [{ type: "warning", text }]);
}

/** Whether a deployment that began in the meantime has stopped it on purpose, or is about to. */
async function isBeingReplaced(
  { store }: ReconcilerContext,
  installation: InstallationId,
  service: ServiceSpec,
): Promise<boolean> {
  const { running } = await store.deployments.queue();
  return running.some(
    (each) => each.installationId === installation && each.status === "deploying" && isReplacedBy(service, each),
  );
}

import { specOf } from "../../model/deployment/deployment.ts";
import type { EventBody } from "../../model/deployment/event.ts";
import { type ServiceSpec, secretVariablesOf } from "../../model/deployment/spec.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import { provideNetworks } from "../../pipeline/containers/networks.ts";
import { runContainer } from "../../pipeline/containers/run-container.ts";
import type { Repair } from "../../rules/rollout/repair.ts";
import { replicaName, wantedReplicas } from "../../rules/rollout/replicas.ts";
import { isReplacedBy } from "../../rules/rollout/restorations.ts";
import { makerOf } from "../../rules/rollout/stateful.ts";
import { createRedact } from "../../rules/wording/redact.ts";
import { redactError } from "../../rules/wording/redact-error.ts";
import type { ReconcilerContext } from "../context.ts";
import { rebuildWithoutImage } from "../rebuild-version.ts";

type RestoreService = Extract<Repair, { type: "restore-service" }>;

/** Starts a service of a live version again, or one more replica of it, with its former port, image and data. */
export async function restoreService(context: ReconcilerContext, repair: RestoreService): Promise<void> {
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
  const { replica } = repair;
  const making = { owner: maker, spec, stack: stack.name, service, replica, networks, onNote: () => {} };
  if (await isBeingReplaced(context, installation.id, service)) return;
  const started = await runContainer(context, making).catch(async (error: unknown) => {
    if (await rebuildWithoutImage(context, deployment, service)) return null;
    throw redactError(error, createRedact(secretVariablesOf(spec)));
  });
  if (started === null) return;
  const { hostAddress } = started;
  const wanted = wantedReplicas(service, await store.installations.scalings(installation.id));
  // Of several, one gets requests when it has passed its checks.
  if (service.kind === "web" && hostAddress !== null && wanted === 1 && replica === 1) {
    await proxy.prepare(installation.id, deployment.id, new Map([[service.name, hostAddress]]));
  }
  await store.events.append(repair.deployment, [startedNote(replicaName(service.name, replica, wanted), repair)]);
}

function startedNote(name: string, { isNew }: RestoreService): EventBody {
  if (isNew) return { type: "note", text: `${name} was started` };
  return { type: "warning", text: `${name} was no longer running; it was started again` };
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

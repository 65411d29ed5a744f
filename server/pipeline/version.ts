import type { Building, Deployment } from "../model/deployment/deployment.ts";
import { specOf } from "../model/deployment/deployment.ts";
import { type DeploymentSpec, type StackSpec, secretVariablesOf, servicesOf } from "../model/deployment/spec.ts";
import { whyOnce } from "../model/scaling.ts";
import { appliesChanges, keepInits } from "../rules/rollout/apply.ts";
import { initRunsSince, initRunsText, maxVersionsBack } from "../rules/rollout/init-runs.ts";
import { containersOf, withStarted } from "../rules/rollout/replicas.ts";
import { hostsFor } from "../rules/routing/urls.ts";
import { durationText } from "../rules/wording/duration-text.ts";
import { isTooShortToHide } from "../rules/wording/secrets-in-value.ts";
import type { DeploymentContext } from "./context/context.ts";
import { keepData } from "./data/keep-data.ts";
import { DeploymentFailed } from "./deployment-failed.ts";
import { obtainImages } from "./images/obtain-images.ts";
import { reusableImages } from "./images/reusable-images.ts";
import { liveBefore } from "./record/live-before.ts";
import { checkNamedDomains } from "./routing/named-domains.ts";
import { fetchCommit } from "./source/fetch.ts";
import { type PlannedTree, planVersion } from "./source/plan.ts";
import { readInputs, type VersionInputs } from "./source/version-inputs.ts";

/** A server that dies this often in one build is killed by it. */
const maxAttempts = 5;

/**
 * Makes the spec of a version, and its images: for a new version by fetching, planning and building, for a former one
 * from its spec. The whole has the build's time limit.
 */
export async function makeVersion(context: DeploymentContext, deployment: Building): Promise<DeploymentSpec> {
  const { journal, clock, limits } = context;
  if (deployment.attempt > maxAttempts) {
    throw new DeploymentFailed({
      stage: "build",
      message: `the server stopped ${maxAttempts} times while this was being built`,
      hint: "The build may use all of the server's memory. Add memory, or run fewer builds at once (BATON_MAX_BUILDS).",
    });
  }
  if (deployment.attempt > 1) journal.note(`The server restarted: attempt ${deployment.attempt}`);

  const timeout = clock.timeout(limits.buildTimeoutMs);
  const signal = AbortSignal.any([context.signal, timeout]);
  try {
    return await versionOf({ ...context, signal }, deployment);
  } catch (error) {
    if (!timeout.aborted || context.signal.aborted) throw error;
    throw new DeploymentFailed(
      {
        stage: "build",
        message: `the build took longer than ${durationText(limits.buildTimeoutMs)} and was stopped`,
        hint: "The output below shows how far it got. BATON_BUILD_TIMEOUT sets the limit.",
        lastLines: journal.lastLines(20),
      },
      { cause: error },
    );
  }
}

async function versionOf(context: DeploymentContext, deployment: Building): Promise<DeploymentSpec> {
  const { store, limits, journal, product, environment, installation } = context;
  const source = await sourceOf(context, deployment);
  const former = source && lookAtFormer(context, source);
  // Nothing changes the last two while a deployment of this installation runs.
  const [inputs, live, custom, scalings] = await Promise.all([
    readInputs(context, deployment, source),
    liveBefore(context, deployment),
    store.domains.custom(installation.id),
    store.installations.scalings(installation.id),
  ]);
  const { variables, plainVariables, foreignSecrets, buildSettings } = inputs;
  const secrets = secretVariablesOf(inputs);
  journal.hide(secrets);
  const short = Object.keys(secrets).filter((name) => isTooShortToHide(name, secrets[name] ?? ""));
  if (short.length > 0) journal.note(`Too short to be hidden in logs: ${short.join(", ")}`);
  const { commit, ...planned } =
    (former && (await formerVersion(context, await former, inputs))) ?? (await newVersion(context, inputs));
  const services = servicesOf(planned);
  const { domain, publicHost } = limits;
  await checkNamedDomains({ store, domain, publicHost }, installation.id, services);
  const kept = await keepData(context, { ...planned, variables }, live);
  await (await former)?.keeping;
  const isApplied = appliesChanges(deployment, installation.liveDeploymentId);
  refuseReplicas(kept);
  const stacks = withStarted(isApplied ? keepInits({ stacks: kept, variables }, live) : kept, scalings);
  // It may have been made for one of each.
  if (containersOf(servicesOf({ stacks })) > servicesOf({ stacks }).length)
    context.networkAhead.begin(servicesOf({ stacks }));
  return {
    commit,
    stacks,
    variables,
    plainVariables,
    ...(foreignSecrets && { foreignSecrets }),
    buildSettings,
    routes: hostsFor({
      product: product.slug,
      environment: environment.name,
      domain: environment.domain ?? domain,
      services,
      custom,
    }),
  };
}

/** That a service keeps data may show only once its image is here. */
function refuseReplicas(stacks: readonly StackSpec[]): void {
  for (const service of servicesOf({ stacks })) {
    const { name, replicas = 1 } = service;
    const why = replicas > 1 ? whyOnce(service) : null;
    if (why === null) continue;
    const message = `${name} cannot run ${replicas} times: it ${why}`;
    throw new DeploymentFailed({ stage: "plan", service: name, message, hint: "Remove its replicas." });
  }
}

/** The deployment whose version is deployed again; null for a new version. */
async function sourceOf({ store }: DeploymentContext, { sourceId }: Building): Promise<Deployment | null> {
  const source = sourceId === null ? null : await store.deployments.get(sourceId);
  if (source?.status !== "failed") return source;
  throw new DeploymentFailed({
    stage: "plan",
    message: `deployment ${source.number}, whose version was to be deployed again, has failed in the meantime`,
    hint: "The version before it is live again. Apply the changes again.",
  });
}

type CommitStacks = Pick<DeploymentSpec, "commit" | "stacks">;

async function newVersion(context: DeploymentContext, inputs: VersionInputs): Promise<CommitStacks> {
  const { variables } = inputs;
  const { sha: commit } = await fetchCommit(context);
  await context.failpoint("fetched");
  const planned = await planVersion(context, commit, inputs);
  beginNetwork(context, planned);
  return { commit, stacks: await obtainImages(context, { commit, planned, variables, reusable: new Map() }) };
}

function beginNetwork({ networkAhead }: DeploymentContext, { plan }: PlannedTree): void {
  networkAhead.begin(plan.stacks.flatMap(({ services }) => services));
}

interface Former {
  readonly source: Deployment;
  readonly spec: DeploymentSpec | null;
  /** Whether all of its images are still here. */
  readonly exist: boolean;
  readonly ready: readonly Deployment[];
  /** Ends when its commit is kept, which only a build needs. */
  readonly keeping: Promise<void>;
}

/** Reads what is left of a former version, and keeps its commit. */
function lookAtFormer(context: DeploymentContext, source: Deployment): Promise<Former> {
  const { git, store, product, deployment, installation, networkAhead } = context;
  const spec = specOf(source);
  if (!spec) return Promise.resolve({ source, spec, exist: false, ready: [], keeping: Promise.resolve() });
  // What is deployed again rarely fails before it needs a network, and rarely needs another one than it had.
  networkAhead.begin(servicesOf(spec));
  const keeping = git.keepCommit(product.id, deployment.id, spec.commit);
  const looking = Promise.all([
    imagesExist(context, spec.stacks),
    store.deployments.lastReady(installation.id, maxVersionsBack),
  ]).then(([exist, ready]) => ({ source, spec, exist, ready, keeping }));
  // Both are waited for later, and not at all when something else fails first.
  for (const each of [keeping, looking]) each.catch(() => {});
  return looking;
}

/**
 * Null when an image is gone: then the exact commit is built again. With the current variables the commit is planned
 * again, since compose files are interpolated with them; images are reused where the build would be the same.
 */
async function formerVersion(
  context: DeploymentContext,
  { source, spec, exist, ready, keeping }: Former,
  inputs: VersionInputs,
): Promise<CommitStacks | null> {
  const { journal, progress, deployment, installation } = context;
  if (!spec) return null;
  const { commit } = spec;
  progress.list(spec.stacks);
  const { liveDeploymentId } = installation;
  const version = source.id === liveDeploymentId ? "the live version" : "a previous version";
  const doing = appliesChanges(deployment, liveDeploymentId) ? "Applying changes to" : "Redeploying";
  journal.stage("fetch", `${doing} ${version}: deployment ${source.number}, ${commit.slice(0, 8)}`);
  const isAsThen = deployment.variables === "then";
  if (!exist || !isAsThen) await keeping;
  if (!exist) {
    journal.note("Its images are gone, so the same commit is rebuilt");
    warnOfInitRuns(context, source, ready);
    return null;
  }
  if (isAsThen) journal.note("Its images are still here, so nothing is built");
  warnOfInitRuns(context, source, ready);
  if (isAsThen) return { commit, stacks: spec.stacks };
  const planned = await planVersion(context, commit, inputs);
  beginNetwork(context, planned);
  const reusable = await reusableImages(context, spec, inputs, planned);
  const { variables } = inputs;
  return { commit, stacks: await obtainImages(context, { commit, planned, variables, reusable }) };
}

/**
 * Warns that an old version meets data that newer ones have changed. The confirm page warns as well, but not everyone
 * sees it.
 */
function warnOfInitRuns({ journal }: DeploymentContext, source: Deployment, ready: readonly Deployment[]): void {
  for (const runs of initRunsSince(source, ready)) journal.warn(initRunsText(runs));
}

async function imagesExist({ engine, signal }: DeploymentContext, stacks: readonly StackSpec[]): Promise<boolean> {
  const images = servicesOf({ stacks }).map((service) => engine.inspectImage(service.image, signal));
  return !(await Promise.all(images)).includes(null);
}

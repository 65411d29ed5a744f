import type { Building, Deployment } from "../model/deployment/deployment.ts";
import { specOf } from "../model/deployment/deployment.ts";
import {
  type DeploymentSpec,
  plainNames,
  type StackSpec,
  secretVariablesOf,
  servicesOf,
} from "../model/deployment/spec.ts";
import { appliesChanges, keepInits } from "../rules/rollout/apply.ts";
import { initRunsSince, initRunsText, maxVersionsBack } from "../rules/rollout/init-runs.ts";
import { hostsFor } from "../rules/routing/urls.ts";
import { durationText } from "../rules/wording/duration-text.ts";
import { keepData } from "./containers/lasting-data.ts";
import { liveBefore } from "./containers/stop-replaced.ts";
import type { DeploymentContext, PipelineContext } from "./context.ts";
import { DeploymentFailed } from "./deployment-failed.ts";
import { obtainImages } from "./images/build.ts";
import { formerImages } from "./images/former-images.ts";
import { checkNamedDomains } from "./routing/named-domains.ts";
import { fetchCommit } from "./source/fetch.ts";
import { type Given, planVersion } from "./source/plan.ts";

/** A server that dies three times in one build is killed by it. */
const maxAttempts = 5;

/**
 * Everything up to the point where images exist: of a new version by fetching, planning and building, of a former
 * one by taking its spec. All of it within the build's time limit.
 */
export async function makeVersion(
  world: PipelineContext,
  work: DeploymentContext,
  deployment: Building,
): Promise<DeploymentSpec> {
  if (deployment.attempt > maxAttempts) {
    throw new DeploymentFailed({
      stage: "build",
      message: `the server stopped ${maxAttempts} times while this was being built`,
      hint: "The build may use all of the server's memory. Add memory, or run fewer builds at once (BATON_MAX_BUILDS).",
    });
  }
  if (deployment.attempt > 1) work.journal.note(`The server restarted: attempt ${deployment.attempt}`);

  const timeout = world.clock.timeout(world.limits.buildTimeoutMs);
  try {
    const signal = AbortSignal.any([work.signal, timeout]);
    const source = deployment.sourceId === null ? null : await world.store.deployments.get(deployment.sourceId);
    if (source?.status === "failed") {
      throw new DeploymentFailed({
        stage: "plan",
        message: `deployment ${source.number}, whose version was to be deployed again, has failed in the meantime`,
        hint: "The version before it is live again. Apply the changes again.",
      });
    }
    const given = await givenTo(world, work, deployment, source);
    const { variables, plainVariables } = given;
    work.journal.hide(secretVariablesOf(given));
    const stacks =
      (source && (await formerStacks(world, work, source, given, signal))) ??
      (await newStacks(world, work, given, signal));
    const { store, limits } = world;
    const { domain, publicHost } = limits;
    await checkNamedDomains({ store, domain, publicHost }, work.installation.id, servicesOf(stacks));
    const live = await liveBefore(world, work);
    const version = { stacks: stacks.stacks, variables };
    const kept = await keepData(world, work, version, live, deployment.fresh, signal);
    const isApplied = appliesChanges(deployment, work.installation.liveDeploymentId);
    return {
      commit: stacks.commit,
      stacks: isApplied ? keepInits({ stacks: kept, variables }, live) : kept,
      variables,
      plainVariables,
      buildSettings: given.buildSettings,
      routes: hostsFor({
        product: work.product.slug,
        environment: work.environment.name,
        domain: work.environment.domain ?? world.limits.domain,
        services: servicesOf(stacks),
        custom: await world.store.domains.custom(work.installation.id),
      }),
    };
  } catch (error) {
    if (!timeout.aborted || work.signal.aborted) throw error;
    const limit = durationText(world.limits.buildTimeoutMs);
    throw new DeploymentFailed(
      {
        stage: "build",
        message: `the build took longer than ${limit} and was stopped`,
        hint: "The output below shows how far it got. BATON_BUILD_TIMEOUT sets the limit.",
        lastLines: work.journal.lastLines(20),
      },
      { cause: error },
    );
  }
}

type Stacks = Pick<DeploymentSpec, "commit" | "stacks">;

async function newStacks(
  world: PipelineContext,
  work: DeploymentContext,
  given: Given,
  signal: AbortSignal,
): Promise<Stacks> {
  const { sha } = await fetchCommit(world, work, signal);
  await world.failpoint("fetched");
  const planned = await planVersion(world, work, sha, given, signal);
  return { commit: sha, stacks: await obtainImages(world, work, sha, planned, given.variables, new Map(), signal) };
}

/**
 * Null when an image is gone: then the exact commit is built again. With today's variables the commit is planned anew,
 * since compose files are filled in with them; images are used again where the same would be built.
 */
async function formerStacks(
  world: PipelineContext,
  work: DeploymentContext,
  source: Deployment,
  given: Given,
  signal: AbortSignal,
): Promise<Stacks | null> {
  const spec = specOf(source);
  if (!spec) return null;
  const { journal, deployment } = work;
  work.progress.list(spec.stacks);
  const { liveDeploymentId } = work.installation;
  const same = source.id === liveDeploymentId ? "the live version" : "a previous version";
  const doing = appliesChanges(deployment, liveDeploymentId) ? "Applying changes to" : "Redeploying";
  journal.stage("fetch", `${doing} ${same}: deployment ${source.number}, ${spec.commit.slice(0, 8)}`);
  if (!(await imagesExist(world, spec.stacks, signal))) {
    journal.note("Its images are gone, so the same commit is rebuilt");
    await warnOfInitRuns(world, work, source);
    return null;
  }
  const isAsThen = deployment.variables === "then";
  if (isAsThen) journal.note("Its images are still here, so nothing is built");
  await warnOfInitRuns(world, work, source);
  await world.git.keepCommit(work.product.id, deployment.id, spec.commit);
  if (isAsThen) return { commit: spec.commit, stacks: spec.stacks };
  const planned = await planVersion(world, work, spec.commit, given, signal);
  const former = await formerImages(world, work, spec, given, planned, signal);
  return {
    commit: spec.commit,
    stacks: await obtainImages(world, work, spec.commit, planned, given.variables, former, signal),
  };
}

/** What the confirm page says, for those who go back without it: an old version meets data that newer ones have changed. */
async function warnOfInitRuns(
  { store }: PipelineContext,
  { journal, installation }: DeploymentContext,
  source: Deployment,
): Promise<void> {
  const ready = await store.deployments.lastReady(installation.id, maxVersionsBack);
  for (const runs of initRunsSince(source, ready)) journal.warn(initRunsText(runs));
}

async function imagesExist(
  world: PipelineContext,
  stacks: readonly StackSpec[],
  signal: AbortSignal,
): Promise<boolean> {
  const images = servicesOf({ stacks }).map((service) => world.engine.inspectImage(service.image, signal));
  return !(await Promise.all(images)).includes(null);
}

/** A former version gets what it had, unless today's is asked for. */
async function givenTo(
  world: PipelineContext,
  work: DeploymentContext,
  deployment: Building,
  source: Deployment | null,
): Promise<Given> {
  const then = source && deployment.variables === "then" ? specOf(source) : null;
  const { installations, sources } = world.store;
  const { id } = work.installation;
  const [marks, { rootDirectory }] = await Promise.all([installations.buildMarks(id), sources.get(work.product.id)]);
  const buildSettings = then?.buildSettings ?? { marks, rootDirectory };
  if (then) {
    const { variables, plainVariables = [] } = then;
    return { variables, plainVariables, settings: settingsOf(then), buildSettings };
  }
  const [variables, visible, settings] = await Promise.all([
    installations.variables(id),
    installations.visibleVariables(id),
    installations.serviceSettings(id),
  ]);
  return { variables, plainVariables: plainNames(variables, visible), settings, buildSettings };
}

function settingsOf(spec: DeploymentSpec): Given["settings"] {
  return new Map(servicesOf(spec).flatMap(({ name, settings }) => (settings ? [[name, settings.set] as const] : [])));
}

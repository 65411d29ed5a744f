import type { BaseName } from "../../../builder/plan/plan.ts";
import type { ImageId } from "../../model/names/ids.ts";
import { PullFailed } from "../../ports/engine.ts";
import { imageTag } from "../../rules/rollout/retention.ts";
import type { DeploymentContext, PipelineContext } from "../context.ts";
import { DeploymentFailed } from "../deployment-failed.ts";
import { recordOutput } from "../record/record-output.ts";

const ownNamespace = "baton/";

/** The image that a service takes ready-made: the one that is here, else pulled. `baton/…` is made here and never pulled. */
export async function haveImage(
  world: PipelineContext,
  work: DeploymentContext,
  service: string,
  reference: string,
  signal: AbortSignal,
): Promise<ImageId> {
  const { engine } = world;
  if (reference.startsWith(ownNamespace))
    return keep(world, work, service, await makeOwn(world, work, reference, signal), signal);
  const here = await engine.inspectImage(neverAnId(reference), signal);
  if (here) work.journal.note(`${reference} is already here`);
  return keep(world, work, service, here?.id ?? (await pull(world, work, service, reference, signal)), signal);
}

/** Docker takes a name such as `bed` for the beginning of an image's id when no image is called that. */
export function neverAnId(reference: string): string {
  return /^[0-9a-f]+$/.test(reference) ? `${reference}:latest` : reference;
}

/**
 * The same image pulled anew: what its reference names today. The log says whether that is another one. Where no registry
 * answers, the one that is here is taken, and that is said, too.
 */
export async function pullAnew(
  world: PipelineContext,
  work: DeploymentContext,
  service: string,
  reference: string,
  before: ImageId,
  signal: AbortSignal,
): Promise<ImageId> {
  const { journal, progress } = work;
  if (reference.startsWith(ownNamespace)) return before;
  progress.enter("Pulling images", service);
  try {
    const image = await pull(world, work, service, reference, signal);
    journal.note(
      image === before
        ? `${reference} is unchanged (${short(image)})`
        : `${reference} has changed: ${short(before)} is now ${short(image)}`,
    );
    return await keep(world, work, service, image, signal);
  } catch (error) {
    const reason = error instanceof DeploymentFailed ? error.cause : null;
    const isUnreachable = reason instanceof PullFailed && reason.reason === "unreachable";
    if (!isUnreachable || !(await world.engine.inspectImage(before, signal))) throw error;
    journal.warn(
      `${reference} could not be pulled again because no registry is responding; using ${short(before)} again`,
    );
    return before;
  }
}

async function makeOwn(
  world: PipelineContext,
  work: DeploymentContext,
  reference: string,
  signal: AbortSignal,
): Promise<ImageId> {
  const base = reference.slice(ownNamespace.length) as BaseName;
  const note = (text: string) => work.journal.note(text);
  const tag = await world.baseImages.ensureLocal(base, note, recordOutput(work, "base-image", null), signal);
  const image = await world.engine.inspectImage(tag, signal);
  if (!image) throw new Error(`${tag} was built but is missing`);
  return image.id;
}

async function pull(
  world: PipelineContext,
  work: DeploymentContext,
  service: string,
  reference: string,
  signal: AbortSignal,
): Promise<ImageId> {
  work.journal.stage("build", `Pulling ${reference}`);
  try {
    return await world.engine.pull(reference, recordOutput(work, "pull", service), signal);
  } catch (error) {
    if (!(error instanceof PullFailed)) throw error;
    throw new DeploymentFailed(
      {
        stage: "build",
        service,
        message: `the image ${reference} cannot be pulled: ${reasonIn(error)}`,
        hint: hints[error.reason],
        lastLines: work.journal.lastLines(20),
      },
      { cause: error },
    );
  } finally {
    work.journal.endOfOutput("pull", service);
  }
}

/** The sentence without what stands in brackets, and without what it is about. */
function reasonIn(error: PullFailed): string {
  return error.message
    .replace(/^\S+ could not be pulled: /, "")
    .replace(/ \(.*$/s, "")
    .replace(/\.$/, "");
}

/** Under a tag of ours, which keeps it for as long as a version needs it. */
async function keep(
  { engine, instance }: PipelineContext,
  { product, deployment }: DeploymentContext,
  service: string,
  image: ImageId,
  signal: AbortSignal,
): Promise<ImageId> {
  await engine.tagImage(image, imageTag(instance, product.id, service, deployment.id), signal);
  return image;
}

const hints: Readonly<Record<PullFailed["reason"], string>> = {
  unreachable:
    "This server cannot reach its registry. Images such as baton/node:22 and baton/debian:12 are built on this server and need no registry.",
  missing: "Check its name and tag.",
  denied:
    "The registry requires credentials, and Baton pulls without any. Use a public image, or build the image in your repository.",
  other: "The registry's own message is in the log.",
};

function short(image: ImageId): string {
  return image.slice(0, "sha256:".length + 12);
}

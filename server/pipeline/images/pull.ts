import type { BaseName } from "../../../builder/plan/plan.ts";
import type { ImageId } from "../../model/names/ids.ts";
import { PullFailed } from "../../ports/engine/images.ts";
import { imageTag } from "../../rules/rollout/retention.ts";
import type { DeploymentContext } from "../context/context.ts";
import { DeploymentFailed } from "../deployment-failed.ts";
import { recordOutput } from "../record/record-output.ts";

const ownNamespace = "baton/";

/** Finds a third-party image on this host, or pulls it. `baton/…` is made here and never pulled. */
export async function haveImage(context: DeploymentContext, service: string, reference: string): Promise<ImageId> {
  const { engine, journal, signal } = context;
  if (reference.startsWith(ownNamespace)) return keep(context, service, await makeOwn(context, reference));
  const here = await engine.inspectImage(neverAnId(reference), signal);
  if (here) journal.note(`${reference} is already here`);
  return keep(context, service, here?.id ?? (await pull(context, service, reference)));
}

/** Docker takes a name such as `bed` for the beginning of an image's id when no image has that name. */
export function neverAnId(reference: string): string {
  return /^[0-9a-f]+$/.test(reference) ? `${reference}:latest` : reference;
}

/**
 * Pulls the image that a reference names now, and logs whether it has changed. When no registry responds, the image on
 * this host is used, and the log says so.
 */
export async function pullAgain(
  context: DeploymentContext,
  service: string,
  reference: string,
  before: ImageId,
): Promise<ImageId> {
  const { engine, journal, progress, signal } = context;
  if (reference.startsWith(ownNamespace)) return before;
  progress.enter("Pulling images", service);
  try {
    const image = await pull(context, service, reference);
    journal.note(
      image === before
        ? `${reference} is unchanged (${short(image)})`
        : `${reference} has changed: ${short(before)} is now ${short(image)}`,
    );
    return await keep(context, service, image);
  } catch (error) {
    const reason = error instanceof DeploymentFailed ? error.cause : null;
    const isUnreachable = reason instanceof PullFailed && reason.reason === "unreachable";
    if (!isUnreachable || !(await engine.inspectImage(before, signal))) throw error;
    journal.warn(
      `${reference} could not be pulled again because no registry is responding; using ${short(before)} again`,
    );
    return before;
  }
}

async function makeOwn(
  { engine, baseImages, journal, signal }: DeploymentContext,
  reference: string,
): Promise<ImageId> {
  const base = reference.slice(ownNamespace.length) as BaseName;
  const tag = await baseImages.ensureLocal(base, journal.note, recordOutput(journal, "base-image", null), signal);
  const image = await engine.inspectImage(tag, signal);
  if (!image) throw new Error(`${tag} was built but is missing`);
  return image.id;
}

async function pull(
  { engine, journal, signal }: DeploymentContext,
  service: string,
  reference: string,
): Promise<ImageId> {
  journal.stage("build", `Pulling ${reference}`);
  try {
    return await engine.pull(reference, recordOutput(journal, "pull", service), signal);
  } catch (error) {
    if (!(error instanceof PullFailed)) throw error;
    throw new DeploymentFailed(
      {
        stage: "build",
        service,
        message: `the image ${reference} cannot be pulled: ${reasonIn(error)}`,
        hint: hints[error.reason],
        lastLines: journal.lastLines(20),
      },
      { cause: error },
    );
  } finally {
    journal.endOfOutput("pull", service);
  }
}

/** The error's sentence, without its subject and the text in parentheses. */
function reasonIn(error: PullFailed): string {
  return error.message
    .replace(/^\S+ could not be pulled: /, "")
    .replace(/ \(.*$/s, "")
    .replace(/\.$/, "");
}

/** Tags the image as this Baton's own, which keeps it for as long as a version needs it. */
async function keep(
  { engine, instance, product, deployment, signal }: DeploymentContext,
  service: string,
  image: ImageId,
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

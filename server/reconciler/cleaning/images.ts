import { readKeptVersions } from "../../commands/space/kept-versions.ts";
import { tagsToRemove } from "../../rules/rollout/retention.ts";
import type { ReconcilerContext } from "../context.ts";

/** Removes the images of versions that can no longer be made live without a build. */
export async function removeUnneededImages({ engine, store, keepVersions, signal }: ReconcilerContext): Promise<void> {
  const images = await engine.listImages(signal);
  if (images.length === 0) return;
  const { specs, undecided } = await readKeptVersions(store, keepVersions);
  for (const tag of tagsToRemove(images, specs, undecided)) await engine.removeTag(tag, signal);
}
